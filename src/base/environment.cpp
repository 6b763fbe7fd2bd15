#include <base/environment.hpp>

extern char** environ; // NOLINT: POSIX names it so

namespace pyw {

Environment Environment::of_process() {
  std::map<std::string, std::string> variables;
  for (auto** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(const std::string& name) const {
  const auto found = m_variables.find(name);
  if (found == m_variables.end()) {
    return std::nullopt;
  }
  return found->second;
}

std::optional<std::string> Environment::get_nonempty(const std::string& name) const {
  auto value = get(name);
  if (value && value->empty()) {
    return std::nullopt;
  }
  return value;
}

Path Environment::home() const {
  return get_nonempty("HOME").value_or("/");
}

Path Environment::cache_directory() const {
  if (const auto own = get_nonempty("PYW_CACHE_DIR")) {
    return *own;
  }
  if (const auto xdg = get_nonempty("XDG_CACHE_HOME")) {
    return Path(*xdg) / "pyw";
  }
  return home() / ".cache" / "pyw";
}

Path Environment::config_directory() const {
  if (const auto xdg = get_nonempty("XDG_CONFIG_HOME")) {
    return Path(*xdg) / "pyw";
  }
  return home() / ".config" / "pyw";
}

} // namespace pyw
