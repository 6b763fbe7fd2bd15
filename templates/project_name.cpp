#include <base/jsonc.hpp>
#include <base/text.hpp>
#include <templates/project_name.hpp>

#include <fmt/core.h>

#include <cctype>

namespace pyw::templates {

namespace {

constexpr std::size_t longest_name = 63; // RFC 1035 2.3.4

struct Span {
  std::size_t start = 0;
  std::size_t size = 0;
};

std::string replaced(std::string_view text, Span span, std::string_view with) {
  return std::string(text.substr(0, span.start)) + std::string(with) +
         std::string(text.substr(span.start + span.size));
}

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

/// Between the quotes of `key = "value"` or 'value'; nullopt when the line is something else.
std::optional<Span> value_in_line(std::string_view line, std::string_view key) {
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line.substr(start, key.size()) != key) {
    return std::nullopt;
  }
  const auto equals = line.find_first_not_of(" \t", start + key.size());
  if (equals == std::string_view::npos || line[equals] != '=') {
    return std::nullopt;
  }
  const auto quote = line.find_first_not_of(" \t", equals + 1);
  if (quote == std::string_view::npos || (line[quote] != '"' && line[quote] != '\'')) {
    return std::nullopt;
  }
  const auto end = line.find(line[quote], quote + 1);
  return end == std::string_view::npos ? std::nullopt : std::optional(Span{quote + 1, end - quote - 1});
}

/// The value of a key in the TOML table `[table]`, or before any table when it is empty.
std::optional<Span> find_toml_value(std::string_view text, std::string_view table, std::string_view key) {
  bool inside = table.empty();
  std::size_t offset = 0;
  for (const auto line : split(text, '\n')) {
    const auto content = trim(line);
    if (content.starts_with('[')) {
      inside = !table.empty() && trim(content.substr(0, content.find('#'))) == fmt::format("[{}]", table);
    } else if (inside) {
      if (auto span = value_in_line(line, key)) {
        return Span{offset + span->start, span->size};
      }
    }
    offset += line.size() + 1;
  }
  return std::nullopt;
}

/// The end of the JSON string that starts at `quote`, behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t quote) {
  for (auto i = quote + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

/// The string value of a key of the outermost object, quotes included. `text` has no comments.
std::optional<Span> find_json_value(std::string_view text, std::string_view key) {
  int depth = 0;
  bool expects_value = false; // behind `"key" :` of the outermost object
  for (std::size_t i = 0; i < text.size();) {
    const char letter = text[i];
    if (letter == '"') {
      const auto end = end_of_string(text, i);
      if (expects_value) {
        return Span{i, end - i};
      }
      const auto colon = text.find_first_not_of(" \t\r\n", end);
      const bool is_key = colon != std::string_view::npos && text[colon] == ':';
      expects_value = depth == 1 && is_key && text.substr(i + 1, end - i - 2) == key;
      i = is_key ? colon + 1 : end;
      continue;
    }
    if (expects_value && std::string_view(" \t\r\n").find(letter) == std::string_view::npos) {
      return std::nullopt; // not a string
    }
    depth += letter == '{' || letter == '[' ? 1 : letter == '}' || letter == ']' ? -1 : 0;
    ++i;
  }
  return std::nullopt;
}

} // namespace

bool is_valid_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name || !is_plain(name.front()) || !is_plain(name.back())) {
    return false;
  }
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

std::string valid_name_from(std::string_view text) {
  std::string name;
  for (const char letter : to_lower(text)) {
    if (is_plain(letter) || letter == '_') {
      name += letter;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name = name.substr(0, longest_name);
  while (!name.empty() && !is_plain(name.back())) {
    name.pop_back();
  }
  name.erase(0, name.find_first_not_of("-_"));
  return name.empty() ? "my-worker" : name;
}

std::optional<std::string> with_pyproject_name(std::string_view text, std::string_view name) {
  const auto span = find_toml_value(text, "project", "name");
  return span ? std::optional(replaced(text, *span, name)) : std::nullopt;
}

std::string with_wrangler_toml_name(std::string_view text, std::string_view name) {
  if (const auto span = find_toml_value(text, "", "name")) {
    return replaced(text, *span, name);
  }
  return fmt::format("name = \"{}\"\n{}", name, text);
}

std::optional<std::string> with_wrangler_json_name(std::string_view text, std::string_view name) {
  const auto plain = blank_jsonc(text);
  const auto brace = plain.find_first_not_of(" \t\r\n");
  if (brace == std::string::npos || plain[brace] != '{') {
    return std::nullopt;
  }
  if (const auto span = find_json_value(plain, "name")) {
    return replaced(text, *span, fmt::format("\"{}\"", name));
  }
  const auto next = plain.find_first_not_of(" \t\r\n", brace + 1);
  const bool is_empty = next == std::string::npos || plain[next] == '}';
  return replaced(text, {brace + 1, 0}, fmt::format("\n  \"name\": \"{}\"{}", name, is_empty ? "" : ","));
}

void set_project_name(FileTree& tree, std::string_view name) {
  const auto apply = [](TreeFile* file, const std::optional<std::string>& text) {
    if (text) {
      file->content = *text;
    }
  };
  if (auto* file = tree.find("pyproject.toml")) {
    apply(file, with_pyproject_name(file->content, name));
  }
  if (auto* file = tree.find("wrangler.toml")) {
    file->content = with_wrangler_toml_name(file->content, name);
  }
  for (const auto* path : {"wrangler.json", "wrangler.jsonc"}) {
    if (auto* file = tree.find(path)) {
      apply(file, with_wrangler_json_name(file->content, name));
    }
  }
}

std::string pyproject_text(std::string_view text, std::string_view key) {
  const auto span = find_toml_value(text, "project", key);
  return span ? std::string(text.substr(span->start, span->size)) : "";
}

} // namespace pyw::templates
