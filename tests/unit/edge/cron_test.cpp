#include <edge/cron.hpp>
#include <support/catch.hpp>

using namespace pyw::edge;
using namespace std::chrono;

namespace {

bool at(const char* expression, year_month_day date, int hour = 0, int minute = 0) {
  const auto matched = cron_matches(expression, sys_days(date) + hours(hour) + minutes(minute));
  REQUIRE(matched);
  return *matched;
}

} // namespace

TEST_CASE("a cron expression names minutes") {
  const auto sunday = 2026y / November / 22; // `date -d 2026-11-22 +%A`
  CHECK(at("* * * * *", sunday, 3, 7));
  CHECK(at("*/5 * * * *", sunday, 3, 10));
  CHECK_FALSE(at("*/5 * * * *", sunday, 3, 11));
  CHECK(at("10-20/5 3 * * *", sunday, 3, 15));
  CHECK_FALSE(at("10-20/5 3 * * *", sunday, 3, 25));
  CHECK(at("0,30 0 22 11 *", sunday, 0, 30));
  CHECK_FALSE(at("0 0 22 10 *", sunday));
  CHECK(at("0 0 22 nov *", sunday));
  CHECK(at("0 0 * * 1", sunday)); // 1 is Sunday, as on the platform
  CHECK(at("0 0 * * SUN", sunday));
  CHECK_FALSE(at("0 0 * * mon-fri", sunday));
  CHECK(at("0 0 * * 2-6", 2026y / November / 23));
}

TEST_CASE("last days, working days and the n-th weekday of a month") {
  CHECK(at("0 0 L * *", 2026y / February / 28));
  CHECK_FALSE(at("0 0 L * *", 2026y / February / 27));
  CHECK(at("0 0 1W * *", 2026y / November / 2)); // the 1st is a Sunday
  CHECK_FALSE(at("0 0 1W * *", 2026y / November / 1));
  CHECK(at("0 0 1W * *", 2026y / August / 3));   // the 1st is a Saturday: not in the month before
  CHECK(at("0 0 15W * *", 2026y / August / 14)); // the 15th is a Saturday
  CHECK(at("0 0 LW * *", 2026y / November / 30));
  CHECK(at("0 0 LW * *", 2026y / January / 30)); // the 31st is a Saturday
  CHECK(at("0 0 * * 2#4", 2026y / November / 23));
  CHECK_FALSE(at("0 0 * * 2#3", 2026y / November / 23));
  CHECK(at("0 0 * * 2L", 2026y / November / 30));
  CHECK_FALSE(at("0 0 * * 2L", 2026y / November / 23));
}

TEST_CASE("where both days are restricted either will do") {
  CHECK(at("0 0 1 * 1", 2026y / November / 22));
  CHECK(at("0 0 1 * 2", 2026y / December / 1));
  CHECK_FALSE(at("0 0 1 * 2", 2026y / December / 2));
}

TEST_CASE("what is no cron expression is refused") {
  for (const auto* text : {"",
                           "* * * *",
                           "* * * * * *",
                           "60 * * * *",
                           "* 24 * * *",
                           "* * 0 * *",
                           "* * * 13 *",
                           "* * * * 0",
                           "* * * * 8",
                           "5-1 * * * *",
                           "*/0 * * * *",
                           "*/x * * * *",
                           "a * * * *",
                           "1,,2 * * * *",
                           "* * 32W * *",
                           "* * * * 2#6",
                           "99999999999 * * * *"}) {
    INFO(text);
    CHECK_FALSE(cron_matches(text, {}));
  }
}
