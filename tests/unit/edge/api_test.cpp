#include <base/real_filesystem.hpp>
#include <edge/api.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::edge;
using pyw::test::TemporaryFolder;

namespace {

/// An API over a store of its own; Workers "start" as `start` says.
struct Sample {
  TemporaryFolder folder;
  RealFileSystem files;
  ManualClock clock;
  Records records = *Records::open(":memory:", clock);
  Vault vault = *Vault::open(folder.path() / "key", files);
  BlobStore blobs{folder.path() / "blobs", files};
  SnapshotUploads snapshots{folder.path() / "uploads", blobs, files};
  std::string token = create_token(records, "one", "t", "read write")->value.reveal();
  std::string reader = create_token(records, "one", "r", "read")->value.reveal();
  std::string stranger = create_token(records, "two", "t", "read write")->value.reveal();
  std::string account = records.ensure_account("one")->id;
  std::vector<Version> started;
  Result<StartReport> start = StartReport{7, "dedicated"};
  int applied = 0;
  Api api{{records,
           vault,
           blobs,
           snapshots,
           "localhost",
           8790,
           [this](const Version& version) {
             started.push_back(version);
             return start;
           },
           [this]() -> Result<void> {
             ++applied;
             return {};
           }}};

  Sample() { REQUIRE(files.make_directories(folder.path() / "blobs")); }

  ApiAnswer call(const std::string& method,
                 const std::string& path,
                 const std::string& body = "",
                 const std::string& type = "application/json",
                 const std::string& with = "-") {
    ApiRequest request{method, path};
    request.authorization = "Bearer " + (with == "-" ? token : with);
    request.body = body;
    request.content_type = type;
    request.user_agent = "wrangler/4.164.0";
    return api.handle(request);
  }

  std::string scripts() const { return "/accounts/" + account + "/workers/scripts/"; }

  ApiAnswer upload(const std::string& metadata,
                   const std::string& entry = "x = 1\n",
                   const std::string& method = "PUT",
                   const std::string& name = "shop") {
    const std::string body =
        "--B\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" + metadata +
        "\r\n--B\r\nContent-Disposition: form-data; name=\"entry.py\"; filename=\"entry.py\"\r\n"
        "Content-Type: text/x-python\r\n\r\n" +
        entry + "\r\n--B--";
    return call(method,
                scripts() + name + (method == "POST" ? "/versions" : ""),
                body,
                "multipart/form-data; boundary=B");
  }
};

Json result(const ApiAnswer& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return Json::parse(answer.body)["result"];
}

int code(const ApiAnswer& answer) {
  const auto body = Json::parse(answer.body);
  CHECK(body["success"] == false);
  CHECK(body["result"].is_null());
  return body["errors"][0]["code"];
}

const std::string plain = R"({"main_module":"entry.py","compatibility_date":"2026-10-01","bindings":[]})";

} // namespace

TEST_CASE("only tokens that are known and in force are let in, each to its own account") {
  Sample sample;
  CHECK(result(sample.call("GET", "/user/tokens/verify"))["status"] == "active");
  CHECK(sample.call("GET", "/accounts", "", "", "wrong").status == 401);
  ApiRequest bare{"GET", "/accounts"};
  CHECK(sample.api.handle(bare).status == 400);
  CHECK(result(sample.upload(plain))["id"] == "shop");
  const auto settings = sample.scripts() + "shop/settings";
  CHECK(sample.call("GET", settings).status == 200);
  CHECK(sample.call("GET", settings, "", "", sample.stranger).status == 403);
  CHECK(sample.call("GET", settings, "", "", sample.reader).status == 200);
  CHECK(code(sample.call("DELETE", sample.scripts() + "shop", "", "", sample.reader)) == 10000);
  REQUIRE(*sample.records.revoke_token("t"));
  CHECK(sample.call("GET", settings).status == 401);
}

TEST_CASE("an upload is started once before it is stored; one that fails changes nothing") {
  Sample sample;
  const auto uploaded = result(sample.upload(plain));
  REQUIRE(sample.started.size() == 1);
  CHECK(uploaded["deployment_id"] == sample.started.front().id);
  CHECK(uploaded["startup_time_ms"] == 7);
  CHECK(sample.applied == 1);
  sample.start = failure(user_error("ImportError: no module named flask"));
  const auto refused = sample.upload(plain, "import flask\n");
  CHECK(refused.status == 400);
  CHECK(code(refused) == 10021);
  CHECK(refused.body.find("ImportError: no module named flask") != std::string::npos);
  CHECK(sample.applied == 1);
  CHECK(sample.records.latest_version(sample.account, "shop")->value().id == sample.started.front().id);
}

TEST_CASE("uploads that are not right are told apart") {
  Sample sample;
  CHECK(code(sample.call("PUT", sample.scripts() + "shop", "x", "text/plain")) == 10001);
  CHECK(code(sample.upload("{")) == 10001);
  CHECK(code(sample.upload(R"({"main_module":"other.py","compatibility_date":"2026-10-01"})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"soon"})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"KV","type":"kv_namespace","namespace_id":"1"}]})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"A","type":"inherit"}]})")) == 10057);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "pyw_modules":{"../../x.py":{"sha256":"00","type":"text/x-python"}}})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "compatibility_flags":[1]})")) == 10001);
  CHECK(code(sample.upload(plain, "x", "PUT", "-Bad")) == 10016);
  CHECK(code(sample.upload(plain, "x", "POST")) == 10007);
  CHECK(sample.started.empty());
  CHECK(code(sample.call("GET", sample.scripts() + "shop/settings")) == 10007);
}

TEST_CASE("secrets are sealed, never told, kept over uploads, and belong to versions") {
  Sample sample;
  CHECK(code(sample.call("PUT", sample.scripts() + "shop/secrets", R"({"name":"KEY","text":"hunter2"})")) ==
        10007);
  static_cast<void>(result(sample.upload(plain)));
  CHECK(result(sample.call("PUT",
                           sample.scripts() + "shop/secrets",
                           R"({"name":"KEY","text":"hunter2"})",
                           "text/plain"))["name"] == "KEY");
  static_cast<void>(result(sample.upload(plain)));
  const auto latest = sample.records.latest_version(sample.account, "shop")->value();
  CHECK(latest.number == 3);
  CHECK(sample.vault.unseal(latest.secrets.at("KEY"), sample.account + "/shop/KEY")->reveal() == "hunter2");
  for (const auto* what : {"settings", "secrets", "versions", "deployments"}) {
    const auto answer = sample.call("GET", sample.scripts() + "shop/" + what);
    CHECK(answer.status == 200);
    CHECK(answer.body.find("hunter2") == std::string::npos);
    CHECK(answer.body.find(latest.secrets.at("KEY")) == std::string::npos);
  }
  CHECK(result(sample.call("GET", sample.scripts() + "shop/secrets")).size() == 1);
  CHECK(sample.call("DELETE", sample.scripts() + "shop/secrets/KEY").status == 200);
  CHECK(code(sample.call("DELETE", sample.scripts() + "shop/secrets/KEY")) == 10056);
  CHECK(result(sample.call("GET", sample.scripts() + "shop/secrets")).empty());
}

TEST_CASE("versions get traffic by deployments, whose percentages add up") {
  Sample sample;
  const std::string first = result(sample.upload(plain))["deployment_id"];
  const std::string second = result(sample.upload(plain, "x = 2\n", "POST"))["id"];
  const auto deployments = sample.scripts() + "shop/deployments";
  const auto body = [](std::vector<std::pair<std::string, double>> shares) {
    auto versions = Json::array();
    for (const auto& [id, share] : shares) {
      versions.push_back({{"version_id", id}, {"percentage", share}});
    }
    return Json{{"strategy", "percentage"}, {"versions", versions}}.dump();
  };
  CHECK(result(sample.call("POST", deployments, body({{first, 90}, {second, 10}})))["versions"].size() == 2);
  const auto live = sample.records.served()->front().versions;
  CHECK(live.at(1).version == second);
  CHECK(live.at(1).percentage == 10);
  CHECK(sample.call("POST", deployments, body({{first, 90}})).status == 400);
  CHECK(sample.call("POST", deployments, body({{first, 150}, {second, -50}})).status == 400);
  CHECK(sample.call("POST", deployments, body({{first, 50}, {first, 50}})).status == 400);
  CHECK(sample.call("POST", deployments, body({})).status == 400);
  CHECK(sample.call("POST", deployments, "[]").status == 400);
  CHECK(sample.call("POST", deployments, body({{"elsewhere", 100}})).status == 404);
  CHECK(result(sample.call("GET", deployments))["deployments"].size() == 2);
  CHECK(code(sample.call("PUT", sample.scripts() + "shop/secrets", R"({"name":"K","text":"v"})")) == 10215);
  CHECK(result(sample.call("GET", sample.scripts() + "shop/versions"))["items"].size() == 2);
}

TEST_CASE("modules that the account has sent may be named by their digest, another account's may not") {
  Sample sample;
  static_cast<void>(result(sample.upload(plain, "shared\n")));
  const auto digest = sample.started.front().modules.front().digest;
  const auto ask = "/accounts/" + sample.account + "/workers/pyw/modules";
  CHECK(result(sample.call("POST", ask, Json{{"digests", {digest, std::string(64, '0')}}}.dump()))["known"] ==
        Json::array({digest}));
  CHECK(sample.call("POST", ask, R"({"digests":["../x"]})").status == 400);
  const auto other = sample.records.ensure_account("two")->id;
  const auto foreign = sample.call("POST",
                                   "/accounts/" + other + "/workers/pyw/modules",
                                   Json{{"digests", {digest}}}.dump(),
                                   "",
                                   sample.stranger);
  CHECK(result(foreign)["known"].empty());
  const Json metadata = {{"main_module", "entry.py"},
                         {"compatibility_date", "2026-10-01"},
                         {"pyw_modules", {{"lib.py", {{"sha256", digest}, {"type", "text/x-python"}}}}}};
  static_cast<void>(result(sample.upload(metadata.dump())));
  CHECK(sample.started.back().find_module("lib.py")->digest == digest);
}

TEST_CASE("whatever comes, an answer in the envelope comes back") {
  Sample sample;
  static_cast<void>(result(sample.upload(plain)));
  for (const auto* method : {"GET", "PUT", "POST", "PATCH", "DELETE", "BREW"}) {
    for (const auto* path : {"",
                             "secrets",
                             "secrets-bulk",
                             "settings",
                             "script-settings",
                             "subdomain",
                             "schedules",
                             "routes",
                             "domains/records",
                             "domains/changeset",
                             "versions",
                             "deployments",
                             "x/y/z"}) {
      for (const auto* body :
           {"", "{", "null", "[1]", "{\"secrets\":{\"A\":[1]}}", "{\"enabled\":\"no\"}", "\xff"}) {
        INFO(method << " " << path << " " << body);
        const auto answer = sample.call(method, sample.scripts() + "shop/" + path, body);
        CHECK(answer.status < 500);
        CHECK(Json::parse(answer.body).contains("success"));
      }
    }
  }
}
