#include <runtime/watchdog.hpp>
#include <support/catch.hpp>

using namespace std::chrono_literals;
using namespace pyw::runtime;
using Verdict = Watchdog::Verdict;

namespace {

constexpr ProcessLimits limits{2000ms, 1000};

} // namespace

TEST_CASE("an idle runtime is not asked", "[watchdog]") {
  Watchdog watchdog(limits);
  CHECK(watchdog.look({200ms, 10}, 0) == Verdict::fine);
  CHECK(watchdog.look({400ms, 10}, 0) == Verdict::fine);
}

TEST_CASE("a busy runtime is asked, and has its limit of CPU time to answer", "[watchdog]") {
  Watchdog watchdog(limits);
  CHECK(watchdog.look({1000ms, 10}, 1) == Verdict::ask);
  CHECK(watchdog.look({2000ms, 10}, 1) == Verdict::fine);
  SECTION("one that answers begins anew") {
    watchdog.seen_alive();
    CHECK(watchdog.look({3500ms, 10}, 1) == Verdict::ask);
    CHECK(watchdog.look({5000ms, 10}, 1) == Verdict::fine);
  }
  SECTION("one that does not is looping") {
    CHECK(watchdog.look({3000ms, 10}, 0) == Verdict::looping);
  }
  SECTION("time that it did not compute does not count: a debugger holds it, the machine slept") {
    CHECK(watchdog.look({2000ms, 10}, 1) == Verdict::fine);
    CHECK(watchdog.look({2000ms, 10}, 1) == Verdict::fine);
  }
  SECTION("many requests may take longer") {
    CHECK(watchdog.look({3900ms, 10}, 20) == Verdict::fine);
    CHECK(watchdog.look({4000ms, 10}, 20) == Verdict::looping);
  }
}

TEST_CASE("too much memory is enough", "[watchdog]") {
  Watchdog watchdog(limits);
  CHECK(watchdog.look({0ms, 1000}, 0) == Verdict::fine);
  CHECK(watchdog.look({0ms, 1001}, 0) == Verdict::swollen);
}
