#include <base/jsonc.hpp>

namespace pyw {

namespace {

void blank(std::string& text, std::size_t from, std::size_t to) {
  for (auto i = from; i < to && i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      text[i] = ' ';
    }
  }
}

/// The offset after the string that starts at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (auto i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"' || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

void blank_comments(std::string& text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto rest = std::string_view(text).substr(i);
    if (rest.front() == '"') {
      i = skip_string(text, i);
    } else if (rest.starts_with("//")) {
      const auto end = std::min(text.find('\n', i), text.size());
      blank(text, i, end);
      i = end;
    } else if (rest.starts_with("/*")) {
      const auto end = text.find("*/", i + 2);
      if (end == std::string::npos) {
        return;
      }
      blank(text, i, end + 2);
      i = end + 2;
    } else {
      ++i;
    }
  }
}

void blank_trailing_commas(std::string& text) {
  std::size_t comma = std::string::npos;
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"') {
      comma = std::string::npos;
      i = skip_string(text, i);
      continue;
    }
    if (c == ',') {
      comma = i;
    } else if (c == '}' || c == ']') {
      if (comma != std::string::npos) {
        text[comma] = ' ';
      }
      comma = std::string::npos;
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      comma = std::string::npos;
    }
    ++i;
  }
}

} // namespace

std::string blank_jsonc(std::string_view text) {
  std::string blanked(text);
  blank_comments(blanked);
  blank_trailing_commas(blanked);
  return blanked;
}

} // namespace pyw
