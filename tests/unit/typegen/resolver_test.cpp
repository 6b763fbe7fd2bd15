#include "support/catch.hpp"

#include <typegen/reader.hpp>
#include <typegen/resolver.hpp>

using namespace pyw::typegen;

namespace {

/// The names of the members of type T, with `?` behind those that may be missing.
std::string members_of_t(const std::string& source) {
  auto program = read_declarations({source});
  Resolver resolver(program);
  const auto shape = resolver.shape(program.global->find("T")->aliases[0].type);
  if (!shape) {
    return "no object";
  }
  std::string names;
  for (const auto& member : shape->members) {
    names += (names.empty() ? "" : " ") + std::string(member.name) +
             (member.optional || member.sometimes ? "?" : "");
  }
  return names + (shape->index_value != nullptr ? " [*]" : "");
}

const Type* expand_t(Resolver& resolver, Program& program) {
  return resolver.expand(program.global->find("T")->aliases[0].type);
}

} // namespace

TEST_CASE("object types are flattened") {
  const std::string base = "interface A { a: string; b?: number } interface B extends A { c: boolean } ";
  CHECK(members_of_t(base + "type T = B") == "c a b?");
  CHECK(members_of_t(base + "type T = Partial<B>") == "c? a? b?");
  CHECK(members_of_t(base + "type T = Required<A>") == "a b");
  CHECK(members_of_t(base + "type T = Omit<B, \"a\" | \"c\">") == "b?");
  CHECK(members_of_t(base + "type T = Pick<B, \"a\">") == "a");
  CHECK(members_of_t(base + "type T = Readonly<A>") == "a b?");
  CHECK(members_of_t(base + "type T = A & { b: number }") == "a b");
  CHECK(members_of_t(base + "type T = Record<\"x\" | \"y\", A>") == "x y");
  CHECK(members_of_t(base + "type T = Record<string, A>") == " [*]");
  CHECK(members_of_t(base + "type T = { [K in keyof A]?: A[K] }") == "a? b?");
  CHECK(members_of_t(base + "type T = string") == "no object");
}

TEST_CASE("kinds of one record become one, knowing what not all of them have") {
  CHECK(members_of_t("type T = { done: false; cursor: string } | { done: true }") == "done cursor?");
  CHECK(members_of_t("type T = { a: string; b?: never } | { b: string; a?: never }") == "a? b?");
}

TEST_CASE("lookups, keyof and utility types over unions") {
  auto program =
      read_declarations({"interface A { a: string; b: { c: number }[] } type T = A[\"b\"][number][\"c\"]"});
  Resolver resolver(program);
  CHECK(expand_t(resolver, program)->text == "number");

  auto keys = read_declarations({"interface A { a: string; b: string } type T = Exclude<keyof A, \"a\">"});
  Resolver of_keys(keys);
  CHECK(expand_t(of_keys, keys)->text == "b");

  auto nullable = read_declarations({"type T = NonNullable<string | null | undefined>"});
  Resolver of_nullable(nullable);
  CHECK(expand_t(of_nullable, nullable)->text == "string");
}

TEST_CASE("conditions that can be decided are") {
  auto program =
      read_declarations({"type Is<X> = X extends string ? 1 : 2; type T = Is<\"a\">; type U = Is<boolean>"});
  Resolver resolver(program);
  CHECK(expand_t(resolver, program)->text == "1");
  CHECK(resolver.expand(program.global->find("U")->aliases[0].type)->text == "2");
}

TEST_CASE("type parameters take arguments, defaults, then constraints") {
  auto program = read_declarations(
      {"interface G<A, B = A, C extends string = \"c\"> { a: A; b: B; c: C } type T = G<number>"});
  Resolver resolver(program);
  const auto shape = resolver.shape(program.global->find("T")->aliases[0].type);
  REQUIRE(shape);
  CHECK(shape->find("a")->type->text == "number");
  CHECK(shape->find("b")->type->text == "number");
  CHECK(shape->find("c")->type->text == "c");
}

TEST_CASE("data and objects with methods are told apart") {
  auto program = read_declarations(
      {"interface Data { a: string } interface Thing { f(): void } interface Handlers { f?(): void } "
       "declare var Made: { new (): Made }; interface Made { a: string } type L = (Data | Thing)"});
  Resolver resolver(program);
  CHECK(resolver.is_plain(*program.global->find("Data")));
  CHECK(!(resolver.is_plain(*program.global->find("Thing"))));
  CHECK(resolver.is_plain(*program.global->find("Handlers")));
  CHECK(!(resolver.is_plain(*program.global->find("Made"))));
}

TEST_CASE("types that contain themselves end") {
  auto program = read_declarations(
      {"type T = T | string; type A<X> = A<A<X>>; type B = A<string>; interface I extends I { a: B }"});
  Resolver resolver(program);
  CHECK(expand_t(resolver, program) != nullptr);
  CHECK(resolver.expand(program.global->find("B")->aliases[0].type) != nullptr);
  CHECK(resolver.shape_of_symbol(*program.global->find("I"), {}, Inherited::include).members.size() == 1);
}
