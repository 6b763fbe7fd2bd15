#include <base/text.hpp>
#include <commands/secrets_file.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::commands {

namespace {

using Secrets = std::vector<std::pair<std::string, std::optional<Secret>>>;

Result<Secrets> from_json(const nlohmann::ordered_json& object) {
  Secrets out;
  for (const auto& [name, value] : object.items()) {
    if (value.is_null()) {
      out.emplace_back(name, std::nullopt);
    } else if (value.is_string()) {
      out.emplace_back(name, Secret(value.get<std::string>()));
    } else {
      return failure(
          user_error(fmt::format("the secret `{}` is not a text", name), {"write the value in quotes"}));
    }
  }
  return out;
}

/// The value of NAME=value: quotes are taken off, escapes in double quotes are read, a comment behind blanks
/// is none of it (the rules of dotenv).
std::string env_value(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'' || text.front() == '`')) {
    const auto end = text.find(text.front(), 1);
    if (end != std::string_view::npos) {
      auto value = std::string(text.substr(1, end - 1));
      return text.front() == '"' ? replace_all(replace_all(value, "\\n", "\n"), "\\r", "\r") : value;
    }
  }
  return std::string(trim(text.substr(0, text.find(" #"))));
}

Result<Secrets> from_lines(std::string_view text) {
  Secrets out;
  std::size_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.starts_with("export ")) {
      line = trim(line.substr(7));
    }
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const auto equals = line.find('=');
    const auto name = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || name.empty() || name.find(' ') != std::string_view::npos) {
      return failure(user_error(fmt::format("line {} of the secrets is not NAME=value", number),
                                {"the file must be JSON ({\"NAME\": \"value\"}) or lines of NAME=value"}));
    }
    out.emplace_back(std::string(name), Secret(env_value(line.substr(equals + 1))));
  }
  return out;
}

} // namespace

Result<Secrets> parse_secrets(std::string_view text) {
  if (trim(text).empty()) {
    return failure(user_error("there are no secrets in the input"));
  }
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (json.is_object()) {
    return from_json(json);
  }
  if (!json.is_discarded() || trim(text).starts_with('{')) {
    return failure(user_error("the secrets are not a JSON object", {"write {\"NAME\": \"value\"}"}));
  }
  return from_lines(text);
}

Result<std::vector<std::pair<std::string, Secret>>> read_secrets_file(const ReadOnlyFileSystem& files,
                                                                      const Path& path) {
  PYW_TRY_ASSIGN(const auto text, files.read(path));
  auto parsed = parse_secrets(text);
  if (!parsed) {
    return failure(with_context(std::move(parsed.error()), path.string()));
  }
  std::vector<std::pair<std::string, Secret>> out;
  for (auto& [name, value] : *parsed) {
    if (!value) {
      return failure(user_error(fmt::format("{}: the secret `{}` is null", path.string(), name)));
    }
    out.emplace_back(name, std::move(*value));
  }
  return out;
}

} // namespace pyw::commands
