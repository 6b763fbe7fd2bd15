// The environment variables, read once at the start; tests make their own.
#pragma once

#include <base/filesystem.hpp>

#include <map>
#include <optional>
#include <string>

namespace pyw {

class Environment {
public:
  Environment() = default;

  explicit Environment(std::map<std::string, std::string> variables) : m_variables(std::move(variables)) {}

  /// What the process was started with.
  [[nodiscard]] static Environment of_process();

  /// nullopt when unset.
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const;
  /// nullopt when unset or empty.
  [[nodiscard]] std::optional<std::string> get_nonempty(const std::string& name) const;

  [[nodiscard]] const std::map<std::string, std::string>& all() const { return m_variables; }

  /// $HOME, else "/".
  [[nodiscard]] Path home() const;
  /// $PYW_CACHE_DIR, else $XDG_CACHE_HOME/pyw, else ~/.cache/pyw (XDG Base Directory Specification 0.8).
  [[nodiscard]] Path cache_directory() const;
  /// $XDG_CONFIG_HOME/pyw, else ~/.config/pyw.
  [[nodiscard]] Path config_directory() const;

private:
  std::map<std::string, std::string> m_variables;
};

} // namespace pyw
