#include <config/source_text.hpp>
#include <config/toml_keys.hpp>
#include <support/catch.hpp>

namespace pyw::config {

namespace {

struct BytesCase {
  std::string_view bytes;
  std::size_t invalid_at;
};

constexpr auto npos = std::string_view::npos;

} // namespace

// The examples of Unicode 15, table 3-7 and what it excludes.
TEST_CASE("valid and invalid UTF-8") {
  const auto test = GENERATE(BytesCase{"", npos},
                             BytesCase{"plain", npos},
                             BytesCase{"\xC3\xA9", npos},
                             BytesCase{"\xE2\x82\xAC", npos},
                             BytesCase{"\xF0\x9F\x90\x8D", npos},
                             BytesCase{"\xF4\x8F\xBF\xBF", npos},
                             BytesCase{"a\x80", 1},
                             BytesCase{"\xC0\x80", 0},         // overlong
                             BytesCase{"\xC1\xBF", 0},         // overlong
                             BytesCase{"\xE0\x9F\xBF", 0},     // overlong
                             BytesCase{"\xF0\x8F\xBF\xBF", 0}, // overlong
                             BytesCase{"\xED\xA0\x80", 0},     // surrogate
                             BytesCase{"\xF4\x90\x80\x80", 0}, // above U+10FFFF
                             BytesCase{"\xF5\x80\x80\x80", 0},
                             BytesCase{"ab\xC3", 2},
                             BytesCase{"ab\xE2\x82", 2},
                             BytesCase{"\xFF\xFE", 0});
  CHECK(find_invalid_utf8(test.bytes) == test.invalid_at);
}

TEST_CASE("offsets become places") {
  const std::string_view text = "one\ntwo = 3\r\n\nlast";
  const LineIndex lines(text, 7);
  CHECK(lines.place(0, 3) == Place{7, 1, 1, 3});
  CHECK(lines.place(4, 100) == Place{7, 2, 1, 7}); // cut before \r\n
  CHECK(lines.place(13) == Place{7, 3, 1, 1});
  CHECK(lines.place(14, 4) == Place{7, 4, 1, 4});
  CHECK(lines.place(1000, 4) == Place{7, 4, 5, 1});
  CHECK(lines.offset(2, 3) == 6);
  CHECK(lines.offset(9, 1) == text.size());
  CHECK(LineIndex("", 0).place(0) == Place{0, 1, 1, 1});
}

TEST_CASE("lines of a text") {
  CHECK(line_of("a\nb\r\nc", 1) == "a");
  CHECK(line_of("a\nb\r\nc", 2) == "b");
  CHECK(line_of("a\nb\r\nc", 3) == "c");
  CHECK(line_of("a\nb\r\nc", 4).empty());
}

namespace {

std::string before(std::string_view text) {
  const auto span = key_before(text, text.rfind('=') + 2);
  return std::string(text.substr(span.offset, span.length));
}

} // namespace

TEST_CASE("the key before a TOML value") {
  CHECK(before("name = 1") == "name");
  CHECK(before("a.b = 1") == "b");
  CHECK(before("x\n\"a b\" = 1") == "\"a b\"");
  CHECK(before(R"("a\"b" = 1)") == R"("a\"b")");
  CHECK(before("{ x = 1, y-2 = 1") == "y-2");
  CHECK(before("'lit' = 1") == "'lit'");
  CHECK(before(" = 1").empty());
  CHECK(key_before("value", 0).length == 0);
}

TEST_CASE("the parts of a dotted TOML key") {
  const std::string_view text = R"(env . "my.env".'x y'.vars])";
  std::vector<std::string> parts;
  for (const auto& part : key_parts(text, 0)) {
    parts.emplace_back(text.substr(part.offset, part.length));
  }
  CHECK(parts == std::vector<std::string>{"env", "\"my.env\"", "'x y'", "vars"});
  CHECK(key_parts("", 0).empty());
  CHECK(key_parts("]", 0).empty());
}

} // namespace pyw::config
