#include <base/text.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>
#include <vector>

namespace pyw::typegen {

namespace {

struct ImportedNames {
  std::string_view module;
  std::vector<std::string_view> names;
};

const std::vector<ImportedNames>& known_imports() {
  static const std::vector<ImportedNames> known{
      {"collections.abc",
       {"AsyncIterable",
        "AsyncIterator",
        "Awaitable",
        "Callable",
        "Coroutine",
        "Iterable",
        "Iterator",
        "Mapping"}},
      {"datetime", {"datetime"}},
      {"typing",
       {"Any",
        "ClassVar",
        "Generic",
        "Literal",
        "Never",
        "Protocol",
        "Required",
        "Self",
        "TypedDict",
        "Unpack",
        "overload"}},
      {"typing_extensions", {"TypeVar"}},
      {"pyodide.ffi",
       {"JsArray",
        "JsAsyncIterable",
        "JsAsyncIterator",
        "JsBuffer",
        "JsDoubleProxy",
        "JsException",
        "JsIterable",
        "JsIterator",
        "JsMap",
        "JsNull",
        "JsProxy"}},
  };
  return known;
}

/// No module needs a later one to be read: only its functions mention that.
constexpr std::array<std::string_view, 9> reading_order_of_modules{"_raw_of_env",
                                                                   "_raw",
                                                                   "_raw_options",
                                                                   "_env",
                                                                   "_options",
                                                                   "_bindings",
                                                                   "_bindings_options",
                                                                   "_ai",
                                                                   "_ai_options"};

using Words = std::unordered_set<std::string_view>; ///< of a text that outlives them

/// Many words, few of them different.
Words words_in(std::string_view python) {
  Words found;
  std::size_t index = 0;
  for (auto word = next_word(python, index); !word.empty(); word = next_word(python, index)) {
    const auto start = index - word.size();
    const bool is_attribute = start > 0 && python[start - 1] == '.';
    if (!is_attribute) {
      found.insert(word);
    }
  }
  return found;
}

/// The first name of that module which the text mentions as `_raw.Name`, and no other way.
std::string_view name_of_other(std::string_view module, std::string_view text, const Words& own) {
  const auto prefix = std::string(module) + ".";
  for (auto found = text.find(prefix); found != std::string_view::npos;
       found = text.find(prefix, found + 1)) {
    const auto end = end_of_word(text, found + prefix.size());
    const bool is_whole = found == 0 || (!is_word(text[found - 1]) && text[found - 1] != '.');
    const auto name = text.substr(found + prefix.size(), end - found - prefix.size());
    if (is_whole && !name.empty() && !own.contains(name)) {
      return name;
    }
  }
  return {};
}

} // namespace

std::set<std::string, std::less<>> identifiers_in(std::string_view python) {
  const auto found = words_in(python);
  return {found.begin(), found.end()};
}

std::set<std::string, std::less<>> names_defined_in(std::string_view python) {
  std::set<std::string, std::less<>> names;
  for (std::size_t start = 0; start < python.size();) {
    const auto end = std::min(python.find('\n', start), python.size());
    auto line = python.substr(start, end - start);
    start = end + 1;
    if (line.empty() || !is_word(line.front())) { // most of them
      continue;
    }
    for (const std::string_view keyword : {"class ", "def ", "async def ", "type "}) {
      if (line.starts_with(keyword)) {
        line.remove_prefix(keyword.size());
        break;
      }
    }
    const auto length = end_of_word(line, 0);
    const auto after = line.substr(length, 1);
    if (length > 0 && (after == "(" || after == ":" || after == "[" || line.substr(length, 2) == " =")) {
      names.emplace(line.substr(0, length));
    }
  }
  return names;
}

std::string write_module(std::string_view own,
                         std::string_view definitions,
                         const std::set<std::string, std::less<>>& prelude_names) {
  const auto used = words_in(definitions);
  const auto defined = names_defined_in(definitions);
  std::string imports;
  if (used.contains("builtins")) {
    imports += "import builtins\n";
  }
  for (const auto& [module, names] : known_imports()) {
    std::vector<std::string> wanted;
    for (const auto name : names) {
      if (used.contains(name) && !defined.contains(name)) {
        wanted.emplace_back(name);
      }
    }
    if (!wanted.empty()) {
      imports += "from " + std::string(module) + " import " + join(wanted, ", ") + "\n";
    }
  }
  if (used.contains("workers")) {
    imports += "import workers\n";
  }
  std::vector<std::string> from_prelude;
  for (const auto& name : prelude_names) {
    if (used.contains(name) && !defined.contains(name)) {
      from_prelude.push_back(name);
    }
  }
  std::vector<std::string> siblings;
  std::string read_before;
  auto taken = used;
  taken.insert(defined.begin(), defined.end());
  bool is_before = true;
  for (const auto sibling : reading_order_of_modules) {
    is_before = is_before && sibling != own;
    if (sibling != own && used.contains(sibling)) {
      siblings.emplace_back(sibling);
      const auto name = is_before ? name_of_other(sibling, definitions, taken) : std::string_view{};
      if (!name.empty()) {
        const auto text = std::string(name);
        read_before += "from ." + std::string(sibling) + " import " + text + " as " + text + "\n";
        taken.insert(name);
      }
    }
  }
  if (!siblings.empty()) {
    imports += "from . import " + join(siblings, ", ") + "\n";
  }
  if (!read_before.empty() && own != "_globals") { // which names all of them anyway
    imports +=
        "# Of modules that import each other, checkers read those first that others take names from.\n";
    imports += read_before;
  }
  if (!from_prelude.empty()) {
    imports += "from ._prelude import " + join(from_prelude, ", ") + "\n";
  }
  imports.reserve(imports.size() + 1 + definitions.size()); // copied once: it may be half a megabyte
  imports += imports.empty() ? "" : "\n";
  imports += definitions;
  return imports;
}

} // namespace pyw::typegen
