#include "support/catch.hpp"

#include <typegen/reader.hpp>
#include <typegen/source_pieces.hpp>

#include <string>

using namespace pyw::typegen;

namespace {

std::string joined(const std::vector<SourcePiece>& pieces) {
  std::string text;
  for (const auto& piece : pieces) {
    text += piece.text;
  }
  return text;
}

} // namespace

TEST_CASE("a source is cut between declarations of the outermost level") {
  const std::string_view source =
      "interface A {\n}\n/** of B */\ninterface B {\n  x: {\n  }\n}\ntype C =\n  | 1;\n";
  const auto pieces = split_declarations(source, 1);
  REQUIRE(pieces.size() == 3);
  CHECK(joined(pieces) == source);
  CHECK(pieces[1].text.substr(0, 11) == "/** of B */");
  CHECK(pieces[1].lines_before == 2);
  CHECK(pieces[2].lines_before == 7);
  CHECK(split_declarations(source, 1000).size() == 1);
}

TEST_CASE("brackets in comments, strings and templates are none, nor does a continued type begin anew") {
  const std::string_view source =
      "type A = { a: '}' } // }\ntype B = `{${string}`;\n/* ; */\ntype C = { a: 1 }\n| 2;\n";
  CHECK(joined(split_declarations(source, 1)) == source);
  CHECK(split_declarations(source, 1).back().text == "/* ; */\ntype C = { a: 1 }\n| 2;\n");
}

TEST_CASE("what does not match is not cut") {
  for (const std::string_view source :
       {"}\ntype A = 1;\n", "interface A {\ntype B = 1;\ntype C = 2;\n", "", "/*", "'"}) {
    CHECK(split_declarations(source, 1).size() == 1);
    CHECK(joined(split_declarations(source, 1)) == source);
  }
}

TEST_CASE("a program read in pieces is the same, and its positions are those of the whole text") {
  std::string source;
  for (int index = 0; index < 4000; ++index) {
    const auto number = std::to_string(index);
    source += "/** number " + number + " */\ninterface A" + number + " {\n  x: string;\n}\n";
  }
  source += "interface Q { x: import(\"y\").Z }\n";
  REQUIRE(split_declarations(source, 80 * 1024).size() > 1);
  const auto program = read_declarations({source});
  const auto* last = program.global->find("A3999");
  REQUIRE(last != nullptr);
  CHECK(last->bodies.front().doc == "/** number 3999 */");
  REQUIRE_FALSE(program.unknown.empty());
  CHECK(program.unknown.back().line == 16'001);
}
