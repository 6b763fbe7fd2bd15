#include <support/catch.hpp>
#include <typegen/overloads.hpp>

using namespace pyw::typegen;

namespace {

constexpr auto mark = "  # type: ignore[overload-overlap, unused-ignore]";

/// The lines that were marked, without the mark; the rest must be as it was.
std::vector<std::string> marked(const std::string& definitions) {
  const auto text = mark_overlapping_overloads(definitions);
  std::vector<std::string> lines;
  std::string rest;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    auto line = text.substr(start, end - start);
    if (line.ends_with(mark)) {
      line.resize(line.size() - std::string_view(mark).size());
      lines.push_back(line);
    }
    rest += line + (end < text.size() ? "\n" : "");
    start = end + 1;
  }
  CHECK(rest == definitions);
  return lines;
}

} // namespace

TEST_CASE("overloads that may share a call and answer otherwise are marked, each on its line") {
  CHECK(marked("class R2Bucket(Binding):\n"
               "    async def head(self, key: str, /) -> R2Object | None: ...\n"
               "    @overload\n"
               "    async def get(self, key: str, options: A, /) -> X | Y: ...\n"
               "    @overload\n"
               "    async def get(self, key: str, /, **kwargs: Unpack[A]) -> X: ...\n"
               "    @overload\n"
               "    async def get(self, key: str, options: B = ..., /) -> X:\n"
               "        \"\"\"The second two answer the same.\"\"\"\n"
               "    def after(self) -> int: ...\n") ==
        std::vector<std::string>{"    async def get(self, key: str, options: A, /) -> X | Y: ..."});
}

TEST_CASE("literals in one place tell overloads apart, whatever they hold") {
  const std::string one = R"py(@overload
def make(kind: Literal["a, b", "c]:"], n: int) -> A: ...
@overload
def make(kind: Literal["c", "it's"], n: int) -> B: ...
)py";
  CHECK(marked(one).empty());
  CHECK(marked(one + "@overload\ndef make(kind: Literal['c', \"c]:\"], n: int) -> C: ...\n").size() == 1);
  CHECK(marked(one + "@overload\ndef make(kind: str, n: int) -> C: ...\n").size() == 2);
}

TEST_CASE("groups end with their name and class") {
  CHECK(marked("class A:\n    @overload\n    def f(self) -> X: ...\n    @overload\n    def f(self, a: int) "
               "-> X: ...\n"
               "class B:\n    @overload\n    def f(self) -> Y: ...\n    @overload\n    def f(self, a: int) "
               "-> Y: ...\n")
            .empty());
  CHECK(marked("    @overload\n    def f[T](self, run: Callable[[A], T]) -> T: ...\n"
               "    @overload  # type: ignore[override]\n    def g(self) -> A: ...\n"
               "    @overload\n    def g(self, a: int) -> B: ...\n") ==
        std::vector<std::string>{"    def g(self) -> A: ..."});
}

TEST_CASE("text that is no stub is left alone") {
  for (const std::string text : {"",
                                 "\n",
                                 "@overload",
                                 "@overload\ndef f(",
                                 "@overload\ndef f(a: Literal['",
                                 "@overload\ndef f(a) -> 'x\n@overload\ndef f() -> y: ...",
                                 "def",
                                 "class \n)))"}) {
    CHECK(marked(text).size() <= 1);
  }
}
