#include <base/text.hpp>
#include <runtime/entry_scan.hpp>

#include <algorithm>
#include <cctype>

namespace pyw::runtime {

namespace {

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The source without comments and with the content of string literals blanked, so that what is left is code.
/// Lines stay where they are.
std::string code_only(std::string_view source) {
  std::string out(source);
  std::size_t at = 0;
  const auto blank = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, out.size()); ++i) {
      if (out[i] != '\n') {
        out[i] = ' ';
      }
    }
  };
  while (at < source.size()) {
    const char c = source[at];
    if (c == '#') {
      const auto end = std::min(source.find('\n', at), source.size());
      blank(at, end);
      at = end;
    } else if (c == '"' || c == '\'') {
      const bool triple = source.substr(at, 3) == std::string(3, c);
      const std::string quote(triple ? 3 : 1, c);
      std::size_t end = at + quote.size();
      while (end < source.size() && source.substr(end, quote.size()) != quote &&
             (triple || source[end] != '\n')) {
        end += source[end] == '\\' ? 2 : 1;
      }
      end = std::min(end + quote.size(), source.size());
      blank(at, end);
      at = end;
    } else {
      ++at;
    }
  }
  return out;
}

/// Statements that may bind names stand at the top level or below blocks that run at the top level.
bool opens_top_level_block(std::string_view line) {
  for (const std::string_view word : {"if", "else", "elif", "try", "except", "finally", "with"}) {
    if (line.starts_with(word) && (line.size() == word.size() || !is_name_byte(line[word.size()]))) {
      return true;
    }
  }
  return false;
}

void add(std::vector<std::string>& names, std::string_view name) {
  if (!name.empty() && name.front() != '_' && std::ranges::all_of(name, is_name_byte) &&
      std::ranges::find(names, name) == names.end()) {
    names.emplace_back(name);
  }
}

std::string_view first_name(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && is_name_byte(text[size])) {
    ++size;
  }
  return text.substr(0, size);
}

/// What stands between `import` and the end of the statement, over lines where brackets or a backslash join
/// them.
std::string imported_list(std::string_view code, std::size_t from) {
  std::string list;
  bool bracket = false;
  for (std::size_t at = from; at < code.size(); ++at) {
    const char c = code[at];
    if (c == '(') {
      bracket = true;
    } else if (c == ')' || (!bracket && (c == '\n' || c == ';'))) {
      break;
    } else if (c == '\\') {
      ++at;
    } else {
      list += c == '\n' ? ' ' : c;
    }
  }
  return list;
}

void add_imported(std::vector<std::string>& names, std::string_view list) {
  for (const auto part : split(list, ',')) {
    const auto words = split_words(part);
    if (words.size() == 1) {
      add(names, words[0]);
    } else if (words.size() == 3 && words[1] == "as") {
      add(names, words[2]);
    }
  }
}

enum class Wanted { classes, functions };

void scan_statement(std::vector<std::string>& names,
                    std::string_view code,
                    std::size_t start,
                    std::string_view line,
                    Wanted wanted) {
  const std::string_view keyword = wanted == Wanted::classes ? "class " : "def ";
  if (line.starts_with("async ")) {
    line = trim(line.substr(6));
  }
  if (line.starts_with(keyword)) {
    add(names, first_name(trim(line.substr(keyword.size()))));
  } else if (line.starts_with("from ")) {
    const auto import = line.find(" import");
    if (import != std::string_view::npos) {
      add_imported(names, imported_list(code, start + import + 7));
    }
  }
}

std::vector<std::string> top_level_names(std::string_view python_source, Wanted wanted) {
  const auto code = code_only(python_source);
  std::vector<std::string> names;
  bool in_block = false; // the indented lines that follow run at the top level
  std::size_t line_start = 0;
  for (const auto line : split(code, '\n')) {
    const auto statement = trim(line);
    const auto indent = statement.empty() ? 0 : static_cast<std::size_t>(statement.data() - line.data());
    if (!statement.empty()) {
      if (indent == 0) {
        in_block = opens_top_level_block(statement);
      }
      if (indent == 0 || in_block) {
        scan_statement(names, code, line_start + indent, statement, wanted);
      }
    }
    line_start += line.size() + 1;
  }
  return names;
}

} // namespace

std::vector<std::string> exportable_names(std::string_view python_source) {
  return top_level_names(python_source, Wanted::classes);
}

std::vector<std::string> module_handlers(std::string_view python_source) {
  std::vector<std::string> handlers;
  for (const auto& name : top_level_names(python_source, Wanted::functions)) {
    if (name.starts_with("on_")) {
      handlers.push_back(name.substr(3));
    }
  }
  return handlers;
}

std::vector<std::string> imported_modules(std::string_view python_source) {
  const auto code = code_only(python_source);
  std::vector<std::string> names;
  const auto note = [&](const std::string& name) {
    const auto dotted = [](char c) { return is_name_byte(c) || c == '.'; };
    if (!name.empty() && name.front() != '.' && std::ranges::all_of(name, dotted) &&
        std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  };
  std::size_t line_start = 0;
  for (const auto line : split(code, '\n')) {
    if (line.starts_with("import ")) {
      const auto list = imported_list(code, line_start + 7);
      for (const auto part : split(list, ',')) {
        const auto words = split_words(part);
        note(words.empty() ? "" : std::string(words[0]));
      }
    } else if (line.starts_with("from ")) {
      const auto import = line.find(" import");
      if (import != std::string_view::npos) {
        const std::string module(trim(line.substr(5, import - 5)));
        note(module);
        const auto list = imported_list(code, line_start + import + 7);
        for (const auto part : split(list, ',')) {
          const auto words = split_words(part);
          note(words.empty() ? "" : module + "." + std::string(words[0]));
        }
      }
    }
    line_start += line.size() + 1;
  }
  return names;
}

} // namespace pyw::runtime
