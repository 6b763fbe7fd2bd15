#include <snapshot/import_times.hpp>
#include <support/catch.hpp>

using namespace pyw::snapshot;

namespace {

// a (0..10) imports b (1..7), which imports c (2..5); d comes after.
const std::vector<ImportEvent> events{
    {"a", 0}, {"b", 1}, {"c", 2}, {"", 5}, {"", 7}, {"", 10}, {"d<", 10}, {"", 12}};

} // namespace

TEST_CASE("an import's time is told with and without what it imports, the longest first") {
  const auto times = import_times(events);
  REQUIRE(times.size() == 4);
  CHECK(times[0].module == "a");
  CHECK(times[0].total_ms == 10);
  CHECK(times[0].own_ms == 4);
  CHECK(times[1].module == "b");
  CHECK(times[1].own_ms == 3);
  CHECK(times[2].module == "c");
  CHECK(times[3].total_ms == 2);
}

TEST_CASE("imports that never end end with the last event; surplus ends are passed over") {
  const auto times = import_times({{"", 0}, {"a", 1}, {"b", 2}, {"", 3}});
  REQUIRE(times.size() == 2);
  CHECK(times[0].total_ms == 2);
  CHECK(import_times({}).empty());
}

TEST_CASE("the flame graph has a box a module, below the one that imported it") {
  const auto page = flame_graph(events, "Imports of <x>");
  CHECK(page.find("Imports of &lt;x>") != std::string::npos);
  CHECK(page.find("left:8.333%;width:50.000%;top:20px") != std::string::npos); // b
  CHECK(page.find("title=\"d&lt; 2.0 ms\"") != std::string::npos);
  CHECK(page.find("height:60px") != std::string::npos); // three rows
}
