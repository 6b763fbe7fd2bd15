#include <base/text.hpp>
#include <toolchain/npmrc.hpp>

#include <algorithm>

namespace pyw::toolchain {

namespace {

std::string expand_variables(std::string_view text, const Environment& environment) {
  std::string expanded;
  while (!text.empty()) {
    const auto start = text.find("${");
    const auto end = text.find('}', start);
    if (start == std::string_view::npos || end == std::string_view::npos) {
      break;
    }
    expanded += text.substr(0, start);
    auto name = text.substr(start + 2, end - start - 2);
    const bool may_be_unset = name.ends_with('?');
    name.remove_suffix(may_be_unset ? 1 : 0);
    const auto value = environment.get(std::string(name));
    expanded += value ? *value : may_be_unset ? "" : std::string(text.substr(start, end - start + 1));
    text.remove_prefix(end + 1);
  }
  return expanded.append(text);
}

std::string_view without_quotes(std::string_view text) {
  text = trim(text);
  const bool quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

} // namespace

NpmKeys parse_npmrc(std::string_view text, const Environment& environment) {
  NpmKeys keys;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (line.empty() || line.front() == ';' || line.front() == '#' || line.front() == '[') {
      continue;
    }
    const auto equals = line.find('=');
    const auto key = without_quotes(line.substr(0, equals));
    if (key.empty() || key.ends_with("[]")) {
      continue;
    }
    // A key alone is a switch that is on (npm's ini).
    const auto value =
        equals == std::string_view::npos ? std::string_view("true") : without_quotes(line.substr(equals + 1));
    keys[expand_variables(key, environment)] = expand_variables(value, environment);
  }
  return keys;
}

NpmKeys npm_keys_of(const Environment& environment) {
  constexpr std::string_view prefix = "npm_config_";
  NpmKeys keys;
  for (const auto& [name, value] : environment.all()) {
    if (!to_lower(name).starts_with(prefix) || value.empty()) {
      continue;
    }
    auto key = name.substr(prefix.size());
    if (!key.starts_with("//") && !key.starts_with('@')) {
      key = to_lower(key);
      const auto letters = std::min(key.find_first_not_of('_'), key.size());
      key = key.substr(0, letters) + replace_all(key.substr(letters), "_", "-");
    }
    keys.emplace(std::move(key), value);
  }
  return keys;
}

std::optional<std::string> find_for_url(const NpmKeys& keys, std::string_view url, std::string_view suffix) {
  const auto slashes = url.find("//");
  if (slashes == std::string_view::npos) {
    return std::nullopt;
  }
  auto place = std::string(url.substr(slashes));
  place = place.substr(0, place.find_first_of("?#"));
  while (place.size() > 2) {
    for (const auto& candidate :
         {place, place.ends_with('/') ? place.substr(0, place.size() - 1) : place + "/"}) {
      if (const auto found = keys.find(candidate + std::string(suffix)); found != keys.end()) {
        return found->second;
      }
    }
    const auto end = place.find_last_of('/', place.size() - 2);
    if (end == std::string::npos || end < 2) {
      return std::nullopt;
    }
    place.resize(end + 1);
  }
  return std::nullopt;
}

} // namespace pyw::toolchain
