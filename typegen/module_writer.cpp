#include <base/text.hpp>
#include <typegen/module_writer.hpp>
#include <typegen/overloads.hpp>
#include <typegen/python_text.hpp>

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
        "Literal",
        "Never",
        "Protocol",
        "Required",
        "Self",
        "TypedDict",
        "Unpack",
        "overload"}},
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

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

} // namespace

std::set<std::string, std::less<>> identifiers_in(std::string_view python) {
  std::unordered_set<std::string_view> found; // many words, few of them different
  std::size_t index = 0;
  while (index < python.size()) {
    const char c = python[index];
    if (c == '"') {
      index = skip_string(python, index);
    } else if (c == '#') {
      index = std::min(python.find('\n', index), python.size());
    } else if (is_word(c)) {
      const auto start = index;
      while (index < python.size() && is_word(python[index])) {
        ++index;
      }
      const bool is_attribute = start > 0 && python[start - 1] == '.';
      if (!is_attribute) {
        found.insert(python.substr(start, index - start));
      }
    } else {
      ++index;
    }
  }
  return {found.begin(), found.end()};
}

std::set<std::string, std::less<>> names_defined_in(std::string_view python) {
  std::set<std::string, std::less<>> names;
  for (auto line : split(python, '\n')) {
    for (const std::string_view keyword : {"class ", "def ", "async def ", "type "}) {
      if (line.starts_with(keyword)) {
        line.remove_prefix(keyword.size());
        break;
      }
    }
    std::size_t length = 0;
    while (length < line.size() && is_word(line[length])) {
      ++length;
    }
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
  const auto used = identifiers_in(definitions);
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
  for (const std::string_view sibling :
       {"_ai", "_ai_options", "_env", "_options", "_raw", "_raw_of_env", "_raw_options"}) {
    if (sibling != own && used.contains(sibling)) {
      siblings.emplace_back(sibling);
    }
  }
  if (!siblings.empty()) {
    imports += "from . import " + join(siblings, ", ") + "\n";
  }
  if (!from_prelude.empty()) {
    imports += "from ._prelude import " + join(from_prelude, ", ") + "\n";
  }
  // Second names for classes that a member of the same name hides inside of its class.
  std::string aliases;
  for (const auto& word : used) {
    if (word.starts_with("_class_")) {
      aliases += word + " = " + word.substr(7) + "\n";
    }
  }
  return imports + (imports.empty() ? "" : "\n") + mark_overlapping_overloads(definitions) + aliases;
}

} // namespace pyw::typegen
