#include <base/text.hpp>
#include <typegen/python_source.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

/// `class Name(bases):` at the start of `text`, which goes on to the end of the source.
ClassSource read_header(std::string_view text) {
  constexpr std::string_view keyword = "class ";
  const auto line = text.substr(0, text.find('\n'));
  ClassSource found;
  found.name = trim(line.substr(keyword.size(), line.find_first_of("(:[") - keyword.size()));
  auto open = line.find_first_of("([");
  if (open != std::string_view::npos && line[open] == '[') {
    const auto behind = std::min(after_closing(text, open), line.size());
    found.parameters = split_arguments(text.substr(open + 1, std::max(behind, open + 2) - open - 2));
    open = line.find('(', behind);
  }
  const auto close = open == std::string_view::npos ? open : after_closing(text, open);
  if (close != std::string_view::npos) {
    found.bases = split_arguments(text.substr(open + 1, close - open - 2));
  }
  return found;
}

} // namespace

std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  char quoted = 0;
  bool is_comment = false;
  std::string part;
  for (const char c : text) {
    is_comment = c != '\n' && (is_comment || (c == '#' && quoted == 0));
    if (is_comment) {
      continue;
    }
    if (quoted != 0) {
      quoted = c == quoted ? '\0' : quoted;
    } else if (c == '"' || c == '\'') {
      quoted = c;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    }
    if (c == ',' && depth == 0 && quoted == 0) {
      parts.emplace_back(trim(part));
      part.clear();
    } else {
      part += c == '\n' ? ' ' : c;
    }
  }
  if (!trim(part).empty()) {
    parts.emplace_back(trim(part));
  }
  return parts;
}

std::size_t after_closing(std::string_view text, std::size_t open) {
  int depth = 0;
  char quoted = 0;
  for (auto index = open; index < text.size(); ++index) {
    const char c = text[index];
    if (quoted != 0) {
      quoted = c == quoted ? '\0' : quoted;
    } else if (c == '#') {
      index = std::min(text.find('\n', index), text.size()); // its brackets and quotes are none
    } else if (c == '"' || c == '\'') {
      quoted = c;
    } else if (c == '(' || c == '[') {
      ++depth;
    } else if ((c == ')' || c == ']') && --depth == 0) {
      return index + 1;
    }
  }
  return std::string_view::npos;
}

std::string first_statement(std::string_view text) {
  std::string statement;
  int depth = 0;
  for (std::size_t index = 0; index < text.size() && (text[index] != '\n' || depth > 0);) {
    const char c = text[index];
    if (c == '#') {
      index = std::min(text.find('\n', index), text.size());
      continue;
    }
    const auto end = c == '"' || c == '\'' ? skip_string(text, index) : index + 1;
    depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
    statement += c == '\n' ? " " : text.substr(index, end - index);
    index = end;
  }
  return std::string(trim(statement));
}

std::vector<CallSource> python_call_sources(std::string_view source) {
  std::vector<CallSource> calls;
  for (std::size_t start = 0; start < source.size();) {
    const auto end = std::min(source.find('\n', start), source.size());
    const auto line = source.substr(start, end - start);
    const auto name_end = end_of_word(line, 0);
    const auto equals = line.find('=');
    const auto open = line.find('(', std::min(equals, line.size()));
    if (name_end > 0 && open != std::string_view::npos &&
        trim(line.substr(name_end, equals - name_end)).empty()) {
      const auto statement = first_statement(source.substr(start));
      const auto inside = statement.find('(');
      const auto close = after_closing(statement, inside);
      if (close != std::string_view::npos) {
        calls.push_back(
            {std::string(line.substr(0, name_end)),
             std::string(trim(line.substr(equals + 1, open - equals - 1))),
             split_arguments(std::string_view(statement).substr(inside + 1, close - inside - 2))});
      }
    }
    start = end + 1;
  }
  return calls;
}

std::vector<ClassSource> python_class_sources(std::string_view source) {
  std::vector<ClassSource> classes;
  bool inside = false;
  std::size_t indent = 0;
  for (std::size_t start = 0; start < source.size();) {
    auto end = std::min(source.find('\n', start), source.size());
    const auto line = source.substr(start, end - start);
    const auto first = line.find_first_not_of(" \t\r");
    const auto text = first == std::string_view::npos ? std::string_view{} : line.substr(first);
    if (first == 0 && !text.starts_with('#')) {
      inside = text.starts_with("class ");
      indent = 0;
      if (inside) {
        classes.push_back(read_header(source.substr(start)));
      }
    } else if (inside && !text.empty() && !text.starts_with('#')) {
      indent = indent == 0 ? first : indent;
      if (text.starts_with("\"\"\"")) { // what stands in it is no code
        end = std::min(source.find('\n', skip_string(source, start + first)), source.size());
      } else if (first == indent) {
        classes.back().statements.push_back(source.substr(start + first));
      }
    }
    start = end + 1;
  }
  return classes;
}

} // namespace pyw::typegen
