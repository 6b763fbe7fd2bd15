#include <base/text.hpp>
#include <python/stamp.hpp>

#include <fmt/core.h>

#include <array>

namespace pyw::python {

namespace {

constexpr std::string_view first_line = "pyw-sync 1";

struct Field {
  std::string_view key;
  std::string Stamp::* member;
  std::string_view what_changed;
};

constexpr std::array<Field, 5> fields{{
    {"python", &Stamp::python, "the Worker's Python version changed"},
    {"project", &Stamp::project, "`pyproject.toml` changed"},
    {"lock", &Stamp::lock, "`pylock.toml` changed"},
    {"settings", &Stamp::settings, "uv's settings changed"},
    {"local", &Stamp::local, "a local package changed"},
}};

} // namespace

std::string to_text(const Stamp& stamp) {
  auto text = fmt::format("{}\n", first_line);
  for (const auto& field : fields) {
    text += fmt::format("{} {}\n", field.key, stamp.*field.member);
  }
  return text;
}

std::optional<Stamp> parse_stamp(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() != fields.size() + 2 || lines.front() != first_line) {
    return std::nullopt;
  }
  Stamp stamp;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto line = lines[i + 1];
    const auto& field = fields[i];
    if (!line.starts_with(field.key) || line.substr(field.key.size(), 1) != " ") {
      return std::nullopt;
    }
    stamp.*field.member = line.substr(field.key.size() + 1);
  }
  return stamp;
}

std::string difference(const std::optional<Stamp>& before, const Stamp& now) {
  if (!before) {
    return "there is no complete `python_modules` yet";
  }
  for (const auto& field : fields) {
    if ((*before).*field.member != now.*field.member) {
      return std::string(field.what_changed);
    }
  }
  return "";
}

} // namespace pyw::python
