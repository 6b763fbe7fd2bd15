#include <base/memory_filesystem.hpp>
#include <cloud/migrations.hpp>
#include <config/load.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::cloud;

namespace {

config::Project load(const std::string& more) {
  MemoryFileSystem files;
  REQUIRE(files.write("/p/wrangler.toml",
                      "name = \"w\"\nmain = \"e.py\"\ncompatibility_date = \"2026-01-15\"\n"
                      "compatibility_flags = [\"python_workers\"]\n" +
                          more));
  REQUIRE(files.write("/p/e.py", ""));
  config::LoadOptions options;
  options.start_directory = "/p";
  options.today = "2026-11-21";
  auto loaded = config::load_project(files, Environment(), options);
  REQUIRE(loaded);
  return std::move(loaded->project);
}

const std::string three = "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"A\"]\n"
                          "[[migrations]]\ntag = \"v2\"\nrenamed_classes = [{ from = \"A\", to = \"B\" }]\n"
                          "[[migrations]]\ntag = \"v3\"\ndeleted_classes = [\"B\"]\n";

} // namespace

TEST_CASE("which migrations are sent depends on the live tag") {
  const auto project = load(three);
  SECTION("none: all") {
    const auto plan = plan_migrations(project, "w", std::nullopt);
    CHECK(plan.payload->dump() ==
          R"({"new_tag":"v3","steps":[{"new_sqlite_classes":["A"]},)"
          R"({"renamed_classes":[{"from":"A","to":"B"}]},{"deleted_classes":["B"]}]})");
  }
  SECTION("an earlier one: what follows") {
    const auto plan = plan_migrations(project, "w", "v2");
    CHECK(plan.payload->dump() == R"({"old_tag":"v2","new_tag":"v3","steps":[{"deleted_classes":["B"]}]})");
  }
  SECTION("the last one: nothing") {
    CHECK_FALSE(plan_migrations(project, "w", "v3").payload);
  }
  SECTION("an unknown one: all, with a warning") {
    const auto plan = plan_migrations(project, "w", "v0");
    CHECK((*plan.payload)["steps"].size() == 3);
    CHECK((*plan.payload)["old_tag"] == "v0");
    CHECK(plan.warning);
  }
}
