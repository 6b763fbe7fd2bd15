#include <base/text.hpp>
#include <support/catch.hpp>

using namespace pyw;

TEST_CASE("sizes are readable") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(1023) == "1023 B");
  CHECK(human_size(1024) == "1.0 KiB");
  CHECK(human_size(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(human_size(12'000'000) == "11.4 MiB");
}

TEST_CASE("splitting keeps empty parts, words do not") {
  CHECK(split("a,,b", ',').size() == 3);
  CHECK(split("", ',').size() == 1);
  CHECK(split_words("  a \t b\n") == std::vector<std::string_view>{"a", "b"});
}

TEST_CASE("words are quoted for a shell only when they must be") {
  CHECK(shell_quote("a/b.c") == "a/b.c");
  CHECK(shell_quote("a b") == "'a b'");
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("") == "''");
}

TEST_CASE("an offset becomes a line and a column") {
  const auto position = position_at("ab\ncd\r\nef", 4);
  CHECK(position.line == 2);
  CHECK(position.column == 2);
  CHECK(position.line_text == "cd");
  CHECK(position_at("ab", 99).column == 3);
}
