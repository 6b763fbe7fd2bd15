#include "support/catch.hpp"

#include <typegen/reader.hpp>

using namespace pyw::typegen;

namespace {

const Symbol& symbol(const Program& program, std::string_view name) {
  const auto* found = program.global->find(name);
  REQUIRE(found != nullptr);
  return *found;
}

} // namespace

TEST_CASE("declarations of one name merge") {
  const auto program = read_declarations(
      {"interface A { x: string }", "interface A { y?: number } declare var A: { new (): A };"});
  const auto& merged = symbol(program, "A");
  CHECK(merged.bodies.size() == 2);
  CHECK(merged.variables.size() == 1);
  CHECK(merged.bodies[1].members[0].optional);
  CHECK(program.unknown.empty());
}

TEST_CASE("words before a member's name are read from the grammar's tokens") {
  const auto program = read_declarations(
      {"declare abstract class C { private constructor(); get x(): number; set x(v: number); static readonly "
       "S: string; "
       "protected p: string; [Symbol.asyncIterator](): AsyncIterator<string>; [Rpc.BRAND]: never }"});
  const auto& members = symbol(program, "C").bodies[0].members;
  REQUIRE(members.size() == 7);
  CHECK(members[0].hidden);
  CHECK(members[1].kind == MemberKind::getter);
  CHECK(members[2].kind == MemberKind::setter);
  CHECK(members[3].is_static);
  CHECK(members[3].read_only);
  CHECK(members[4].hidden);
  CHECK(members[5].name == "@@asyncIterator");
  CHECK(members[6].hidden);
}

TEST_CASE("a long union is one flat list of arms") {
  std::string text = "type T = ";
  for (int index = 0; index < 2000; ++index) {
    text += (index == 0 ? "\"a" : " | \"a") + std::to_string(index) + "\"";
  }
  const auto program = read_declarations({text});
  CHECK(symbol(program, "T").aliases[0].type->parts.size() == 2000);
}

TEST_CASE("string literals are unescaped, keys included") {
  const auto program = read_declarations({R"(interface A { "a-b": "c\"\u0041\x42\n" })"});
  const auto& member = symbol(program, "A").bodies[0].members[0];
  CHECK(member.name == "a-b");
  CHECK(member.type->text == "c\"AB\n");
}

TEST_CASE("a doc comment belongs to what follows it") {
  const auto program =
      read_declarations({"/** of A */ interface A { /** of x */ x: string; // of nothing\n y: string }"});
  CHECK(symbol(program, "A").bodies[0].doc == "/** of A */");
  CHECK(symbol(program, "A").bodies[0].members[0].doc == "/** of x */");
  CHECK(symbol(program, "A").bodies[0].members[1].doc.empty());
}

TEST_CASE("namespaces, modules and exports under another name") {
  const auto program = read_declarations(
      {"declare namespace A.B { interface C {} } declare module \"m:n\" { function _f(): void; "
       "export { _f as f }; export = A }"});
  const auto* a = program.global->find("A");
  REQUIRE(a != nullptr);
  REQUIRE(a->inside != nullptr);
  CHECK(a->inside->find("B")->inside->find("C")->qualified == "A.B.C");
  const auto& module = *program.modules.at("m:n");
  CHECK(module.find("f")->renames == "_f");
  CHECK(module.exported_as_whole == "A");
}

TEST_CASE("enums count, and know written values") {
  const auto program = read_declarations({"declare enum E { A, B = 5, C, D = \"d\" }"});
  const auto& members = symbol(program, "E").enum_members;
  REQUIRE(members.size() == 4);
  CHECK(members[0].value->text == "0");
  CHECK(members[1].value->text == "5");
  CHECK(members[2].value->text == "6");
  CHECK(members[3].value->text == "d");
}

TEST_CASE("what is not known is recorded with its place, and nothing else is lost") {
  const auto program =
      read_declarations({"interface A { x: import(\"y\").Z; z: string }\n@@@ interface B { b: string }"});
  REQUIRE(!(program.unknown.empty()));
  CHECK(program.unknown[0].line == 1);
  CHECK(symbol(program, "A").bodies[0].members.size() == 2);
  CHECK(symbol(program, "B").bodies[0].members.size() == 1);
}

TEST_CASE("types that nest without end do not exhaust the stack") {
  const std::string open(5000, '[');
  const auto program = read_declarations({"type T = " + open});
  CHECK(!(program.unknown.empty()));
  const auto deep =
      read_declarations({"type T = " + std::string(4000, '(') + "string" + std::string(4000, ')') + ";"});
  CHECK(deep.global != nullptr);
}
