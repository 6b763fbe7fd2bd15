#include <base/line_reader.hpp>
#include <base/unique_fd.hpp>
#include <support/catch.hpp>

#include <unistd.h>

#include <array>
#include <string>
#include <vector>

using namespace pyw;

TEST_CASE("lines come whole, however they arrive; the last one needs no newline") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  std::vector<std::string> lines;
  LineReader reader([&](std::string_view line) { lines.emplace_back(line); });
  const auto write = [&](std::string_view text) {
    REQUIRE(::write(write_end.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  };
  write("on");
  CHECK(reader.read_from(read_end.get()));
  CHECK(lines.empty());
  write("e\ntwo\n\nrest");
  CHECK(reader.read_from(read_end.get()));
  CHECK(lines == std::vector<std::string>{"one", "two", ""});
  write_end.reset();
  CHECK_FALSE(reader.read_from(read_end.get()));
  CHECK(lines.back() == "rest");
}
