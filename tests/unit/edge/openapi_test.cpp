#include <edge/openapi.hpp>
#include <edge/router.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

#include <set>

using namespace pyw::edge;

TEST_CASE("every operation is described, once, with the parameters of its path") {
  const auto json = nlohmann::json::parse(openapi_text());
  CHECK(json["openapi"] == "3.0.3");
  std::set<std::string> ids;
  std::size_t count = 0;
  for (const auto& [path, methods] : json["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      ++count;
      INFO(method << " " << path);
      CHECK(ids.insert(operation["operationId"]).second);
      for (const auto& parameter : operation["parameters"]) {
        const std::string name = parameter["name"];
        CHECK((parameter["in"] == "header" || path.find("{" + name + "}") != std::string::npos));
      }
    }
  }
  CHECK(count == operations().size());
  CHECK(json["paths"]["/accounts/{account}/workers/scripts/{script}/deployments"]["post"]["requestBody"]
            ["content"]["application/json"]["schema"]["required"][1] == "versions");
  const auto& queue = json["paths"]["/accounts/{account}/queues/{queue}/messages/pull"]["post"];
  CHECK(
      queue["requestBody"]["content"]["application/json"]["schema"]["properties"]["batch_size"]["maximum"] ==
      100);
}
