#include <config/dotenv.hpp>
#include <support/catch.hpp>

namespace pyw::config {

namespace {

struct ValueCase {
  std::string_view text;
  std::string_view value;
};

} // namespace

// The values that the npm package dotenv 16.3.1 (the one in wrangler) gives, tried with it on 2026-11-21.
TEST_CASE("dotenv values") {
  const auto test = GENERATE(ValueCase{"A=x", "x"},
                             ValueCase{"A = x ", "x"},
                             ValueCase{"export A=x", "x"},
                             ValueCase{"  export\tA=x", "x"},
                             ValueCase{"A: x", "x"},
                             ValueCase{"A=", ""},
                             ValueCase{"A=\"\"", ""},
                             ValueCase{"A='x'", "x"},
                             ValueCase{"A=`x`", "x"},
                             ValueCase{"A=\"x\" # y", "x"},
                             ValueCase{"A=x # y", "x"},
                             ValueCase{"A=x#y", "x"},
                             ValueCase{"A='x#y'", "x#y"},
                             ValueCase{R"(A="x\ny")", "x\ny"},
                             ValueCase{R"(A="x\ty")", R"(x\ty)"},
                             ValueCase{R"(A='x\ny')", R"(x\ny)"},
                             ValueCase{R"(A="x\"y")", R"(x\"y)"},
                             ValueCase{R"(A="x\")", R"(x\)"},
                             ValueCase{"A=\"x\ny\"", "x\ny"},
                             ValueCase{"A=\"x\r\ny\"", "x\ny"},
                             ValueCase{"A=\"x", "\"x"},
                             ValueCase{"A=\"x\" y", "\"x\" y"},
                             ValueCase{"A={\"k\": \"v\"}", "{\"k\": \"v\"}"},
                             ValueCase{"A=a=b", "a=b"},
                             ValueCase{"\xEF\xBB\xBF"
                                       "A=x",
                                       "x"});
  INFO(test.text);
  const auto file = parse_dotenv(test.text);
  REQUIRE(file.entries.size() == 1);
  CHECK(file.entries[0].name == "A");
  CHECK(file.entries[0].value == test.value);
  CHECK(file.ignored_lines.empty());
}

TEST_CASE("dotenv tells where names stand and which lines it ignores") {
  const auto file = parse_dotenv("# first\n\nA=\"1\n2\"\nnonsense\n  export B.c-d=2\n=3\nA:x\n");
  REQUIRE(file.entries.size() == 2);
  CHECK(file.entries[0] == DotenvEntry{"A", "1\n2", 3, 1});
  CHECK(file.entries[1] == DotenvEntry{"B.c-d", "2", 6, 10});
  CHECK(file.ignored_lines == std::vector<std::size_t>{5, 7, 8});
}

TEST_CASE("dotenv expansion") {
  const std::map<std::string, std::string> known{{"HOST", "local"}, {"EMPTY", ""}};
  const auto test = GENERATE(ValueCase{"$HOST", "local"},
                             ValueCase{"a${HOST}b", "alocalb"},
                             ValueCase{"$HOST.x", "local.x"},
                             ValueCase{"${NONE}", ""},
                             ValueCase{"${NONE:-d}", "d"},
                             ValueCase{"${NONE-d}", "d"},
                             ValueCase{"${EMPTY:-d}", "d"},
                             ValueCase{"${HOST:-d}", "local"},
                             ValueCase{"${HOST:+yes}", "yes"},
                             ValueCase{"${NONE:+yes}", ""},
                             ValueCase{R"(\$HOST)", "$HOST"},
                             ValueCase{"$", "$"},
                             ValueCase{"$5", "$5"},
                             ValueCase{"${", "${"},
                             ValueCase{"${}", "${}"},
                             ValueCase{"plain", "plain"});
  INFO(test.text);
  CHECK(expand_dotenv(test.text, known) == test.value);
}

} // namespace pyw::config
