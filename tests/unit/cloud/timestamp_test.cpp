#include <cloud/timestamp.hpp>
#include <support/catch.hpp>

using namespace pyw::cloud;

TEST_CASE("times are read with their offsets") {
  struct Case {
    const char* text;
    const char* utc;
  };

  const auto item = GENERATE(values<Case>({
      {"2026-01-15", "2026-01-15T00:00:00.000Z"},
      {"2026-01-15T10:30", "2026-01-15T10:30:00.000Z"},
      {"2026-01-15T10:30:05Z", "2026-01-15T10:30:05.000Z"},
      {"2026-01-15T10:30:05.25Z", "2026-01-15T10:30:05.250Z"},
      {"2026-01-15T00:30:00+01:00", "2026-01-14T23:30:00.000Z"},
      {"2026-01-15T23:30:00-0130", "2026-01-16T01:00:00.000Z"},
      {"2024-02-29T12:00:00+02", "2024-02-29T10:00:00.000Z"},
  }));
  const auto time = parse_timestamp(item.text);
  INFO(item.text);
  REQUIRE(time);
  CHECK(iso_timestamp(*time) == item.utc);
}

TEST_CASE("what is no time is not guessed") {
  const auto* text = GENERATE("",
                              "tomorrow",
                              "2026-02-30",
                              "2026-13-01",
                              "26-01-01",
                              "2026-01-15T",
                              "2026-01-15T25:00",
                              "2026-01-15T10:60",
                              "2026-01-15 10:00",
                              "2026-01-15T10:00:00.Z",
                              "2026-01-15T10:00Zx",
                              "2026-01-15T10:00+25:00",
                              "+026-01-15");
  INFO(text);
  CHECK_FALSE(parse_timestamp(text));
}
