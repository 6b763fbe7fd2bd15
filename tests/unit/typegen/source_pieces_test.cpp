#include "support/catch.hpp"

#include <typegen/reader.hpp>
#include <typegen/source_pieces.hpp>

#include <algorithm>
#include <string>

using namespace pyw::typegen;

namespace {

std::string joined(const SourcePieces& made) {
  std::string text;
  for (const auto& piece : made.pieces) {
    text += piece.source;
  }
  return text;
}

} // namespace

TEST_CASE("a source is cut between declarations of the outermost level") {
  const std::string_view source =
      "interface A {\n}\n/** of B */\ninterface B {\n  x: {\n  }\n}\ntype C =\n  | 1;\n";
  const auto made = split_declarations(source, 1);
  REQUIRE(made.pieces.size() == 3);
  CHECK(joined(made) == source);
  CHECK(made.text == "interface A {\n}\ninterface B {\nx: {\n}\n}\ntype C =\n| 1;\n");
  CHECK(made.pieces[1].source.substr(0, 11) == "/** of B */");
  CHECK(made.pieces[1].lines_before == 2);
  CHECK(made.pieces[2].lines_before == 7);
  CHECK(split_declarations(source, 1000).pieces.size() == 1);
}

TEST_CASE("brackets in comments, strings and templates are none, nor does a continued type begin anew") {
  const std::string_view source =
      "type A = { a: '}' } // }\ntype B = `{${string}`;\n/* ; */\ntype C = { a: 1 }\n| 2;\n";
  const auto made = split_declarations(source, 1);
  CHECK(joined(made) == source);
  CHECK(made.pieces.back().source == "/* ; */\ntype C = { a: 1 }\n| 2;\n");
  CHECK(made.text == "type A = { a: '}' } \ntype B = `{${string}`;\ntype C = { a: 1 }\n| 2;\n");
}

TEST_CASE("what looks like a comment in a text or pattern is none, and a comment parts words and lines") {
  for (const std::string_view source : {"type A = '//' | \"/*\";",
                                        "type A = `/*${`//${'*/'}`}//`;",
                                        "x = /[/*]'/;",
                                        "type A = 'open // \n'/* ;"}) {
    const auto made = split_declarations(source, 1);
    CHECK(made.text == source.substr(0, made.text.size()));
  }
  CHECK(split_declarations("type/**/A = 1;", 1).text == "type A = 1;");
  CHECK(split_declarations("let a/*\n*/let b // c", 1).text == "let a\nlet b ");
  CHECK(split_declarations("/* a */ // b\n\n  let b", 1).text == "let b");
  CHECK(split_declarations("let b /* never closed", 1).text == "let b  ");
}

TEST_CASE("comments and places are found by the text that is parsed") {
  const std::string_view source = "/* a */ let x;\n  // b\n  /* c */ let y: {  /* d\n */ z };\n";
  const auto made = split_declarations(source, 1000);
  const auto& piece = made.pieces.front();
  CHECK(piece.text == "let x;\nlet y: {  \nz };\n");
  const auto x = piece.text.find("x");
  const auto y = piece.text.find("let y");
  CHECK(piece.last_comment(0, x) == "/* a */");
  CHECK(piece.last_comment(x, y) == "/* c */");
  CHECK(piece.last_comment(0, 0) == "/* a */");
  CHECK(piece.last_comment(y + 1, y + 4).empty());
  for (const char c : {'x', 'y', 'z'}) {
    const auto at = source.find(c);
    const auto before = source.substr(0, at);
    const auto found = piece.position(piece.text.find(c));
    CHECK(found.line == static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1);
    CHECK(found.column == at - (before.rfind('\n') + 1) + 1);
  }
}

TEST_CASE("what does not match is not cut") {
  for (const std::string_view source :
       {"}\ntype A = 1;\n", "interface A {\ntype B = 1;\ntype C = 2;\n", "", "/*", "'"}) {
    CHECK(split_declarations(source, 1).pieces.size() == 1);
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
  REQUIRE(split_declarations(source, 80 * 1024).pieces.size() > 1);
  const auto program = read_declarations({source});
  const auto* last = program.global->find("A3999");
  REQUIRE(last != nullptr);
  CHECK(last->bodies.front().doc == "/** number 3999 */");
  REQUIRE_FALSE(program.unknown.empty());
  CHECK(program.unknown.back().line == 16'001);
}
