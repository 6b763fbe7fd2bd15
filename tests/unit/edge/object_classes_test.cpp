#include <edge/object_classes.hpp>
#include <edge/role.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw::edge;

namespace {

pyw::Json step(const char* text) {
  return {{"steps", pyw::Json::array({pyw::Json::parse(text)})}};
}

} // namespace

TEST_CASE("migrations make, rename and delete classes; a renamed one keeps its objects") {
  const auto first = *migrated(
      pyw::Json::object(), "shop", step(R"({"new_sqlite_classes":["Room"],"new_classes":["Old"]})"), {});
  CHECK(first ==
        pyw::Json::parse(
            R"({"Old":{"key":"shop-Old","sqlite":false},"Room":{"key":"shop-Room","sqlite":true}})"));
  const auto renamed =
      *migrated(first, "shop", step(R"({"renamed_classes":[{"from":"Room","to":"Hall"}]})"), {});
  CHECK(renamed["Hall"]["key"] == "shop-Room");
  CHECK_FALSE(renamed.contains("Room"));
  // A new class of the old name has objects of its own.
  CHECK((*migrated(renamed, "shop", step(R"({"new_sqlite_classes":["Room"]})"), {}))["Room"]["key"] ==
        "shop-Room-2");
  CHECK_FALSE((*migrated(first, "shop", step(R"({"deleted_classes":["Old"]})"), {})).contains("Old"));
  CHECK(*migrated(first, "shop", pyw::Json(), pyw::Json()) == first);
}

TEST_CASE("a step that cannot be taken is refused") {
  const auto classes = *migrated(pyw::Json::object(), "shop", step(R"({"new_sqlite_classes":["Room"]})"), {});
  for (const auto* text : {R"({"new_sqlite_classes":["Room"]})",
                           R"({"new_classes":["Room"]})",
                           R"({"new_classes":[""]})",
                           R"({"deleted_classes":["Hall"]})",
                           R"({"renamed_classes":[{"from":"Hall","to":"Other"}]})",
                           R"({"renamed_classes":[{"from":"Room","to":"Room"}]})",
                           R"({"transferred_classes":[{"from":"A","from_script":"b","to":"C"}]})"}) {
    INFO(text);
    CHECK_FALSE(migrated(classes, "shop", step(text), {}));
  }
}

TEST_CASE("exports make classes as well") {
  const auto exported =
      pyw::Json::parse(R"({"Room":{"type":"durable-object","storage":"sqlite"},"Plain":{"type":"worker"}})");
  const auto classes = *migrated(pyw::Json::object(), "shop", {}, exported);
  CHECK(classes == pyw::Json::parse(R"({"Room":{"key":"shop-Room","sqlite":true}})"));
  CHECK(*migrated(classes, "shop", {}, exported) == classes);
  CHECK(
      (*migrated(
           classes, "shop", {}, pyw::Json::parse(R"({"Room":{"type":"durable-object","state":"deleted"}})")))
          .empty());
  CHECK_FALSE(migrated(
      classes, "shop", {}, pyw::Json::parse(R"({"Room":{"type":"durable-object","state":"transferred"}})")));
}

TEST_CASE("objects live in the version with the largest share") {
  const std::vector<Share> split{{"a", 40}, {"b", 60}};
  CHECK(owner_of(split) == "b");
  CHECK(owner_of({{"a", 50}, {"b", 50}}) == "a");
  CHECK(owner_of({}).empty());
  CHECK(role_of("a", split) == Role::guest);
  CHECK(role_of("b", split) == Role::owner);
  CHECK(role_of("c", split) == Role::trial);
  CHECK(role_to_start("b", split, true) == Role::owner);
  CHECK(role_to_start("c", split, true) == Role::trial);
  // A request that was routed before the last deployment: what it writes is not lost.
  CHECK(role_to_start("c", split, false) == Role::guest);
  CHECK(role_to_start("c", {}, false) == Role::trial);
  Version version;
  CHECK_FALSE(keeps_objects(version));
  version.classes = R"({"Room":{"key":"shop-Room","sqlite":true}})";
  CHECK(keeps_objects(version));
}
