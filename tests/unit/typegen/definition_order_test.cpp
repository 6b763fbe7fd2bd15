#include "support/catch.hpp"

#include <typegen/definition_order.hpp>

using namespace pyw::typegen;

TEST_CASE("what a checker needs at once are bases, defaults and attributes, not signatures") {
  const auto needed = names_needed_at_once("class A[T = Fallback](_raw.Base):\n"
                                           "    \"\"\"About Docs and\n"
                                           "    Words.\n"
                                           "    \"\"\"\n"
                                           "    Own: Attribute | None  # Comment\n"
                                           "    @property\n"
                                           "    def f(self, x: Parameter) -> Result: ...\n"
                                           "    @overload\n"
                                           "    def g(self) -> Other:\n"
                                           "        \"\"\"Says\n"
                                           "    Little.\"\"\"\n"
                                           "    name: Literal[\"Text\"]\n");
  const std::vector<Mention> wanted{
      {"", "T"}, {"", "Fallback"}, {"_raw", "Base"}, {"", "Attribute"}, {"", "None"}, {"", "Literal"}};
  CHECK(needed == wanted);
}

TEST_CASE("definitions come behind what they need, and otherwise stay as they are") {
  const std::vector<Definition> definitions{{"_raw", "A", "class A(C):\n    b: _env.B\n"},
                                            {"_raw", "B", "class B:\n    def a(self) -> A: ...\n"},
                                            {"_raw", "C", "class C:\n    c: C\n"},
                                            {"_env", "B", "B = TypedDict(\"B\", {\n    \"a b\": A,\n})\n"},
                                            {"_env", "A", "type A = int\n"}};
  CHECK(reading_order(definitions) == std::vector<std::size_t>{2, 4, 3, 0, 1});
}

TEST_CASE("classes that need each other are written once") {
  const std::vector<Definition> definitions{{"_raw", "A", "class A:\n    b: B\n"},
                                            {"_raw", "B", "class B:\n    a: A\n"}};
  CHECK(reading_order(definitions) == std::vector<std::size_t>{1, 0});
}

TEST_CASE("a second name stands behind its class and before its first use") {
  const auto modules = write_in_order({{"_raw", "A", "class A:\n    B: type[_class_B]\n"},
                                       {"_raw", "B", "class B: ...\n"},
                                       {"_env", "B", "B = 1\n"}});
  CHECK(modules.at("_raw") == "class B: ...\n_class_B = B\nclass A:\n    B: type[_class_B]\n");
  CHECK(modules.at("_env") == "B = 1\n");
}
