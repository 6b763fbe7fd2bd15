// Where packages come from on this machine: the user's own npm and Python settings, else the defaults that
// configure asked the installed clients for.
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/http.hpp>
#include <toolchain/npmrc.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::toolchain {

enum class RegistryChoice { of_the_user, by_default };

class RegistrySettings {
public:
  /// `directory` is where the project's .npmrc and uv.toml are looked for, there and in its parents. Read,
  /// the first found wins: environment (npm_config_…), project .npmrc, ~/.npmrc, global npmrc;
  /// UV_DEFAULT_INDEX, UV_INDEX_URL, uv.toml, PIP_INDEX_URL, pip.conf. Fails on a file that cannot be read
  /// or, for uv.toml, parsed.
  [[nodiscard]] static Result<RegistrySettings>
  load(const ReadOnlyFileSystem& files, const Environment& environment, const Path& directory);

  /// The registry for a package, with '/' at the end: "@scope:registry" goes before "registry".
  [[nodiscard]] std::string npm_registry_for(std::string_view package) const;
  /// Whether the user chose the registry: only the default one is known to keep its files at the usual
  /// address.
  [[nodiscard]] RegistryChoice npm_choice_for(std::string_view package) const;

  /// A GET of `url` with the credentials and connection settings that npm would use for it.
  [[nodiscard]] HttpRequest npm_request(std::string url) const;

  /// The Python index's simple API, with '/' at the end; user and password may be in it.
  [[nodiscard]] const std::string& python_index() const { return m_python_index; }

  [[nodiscard]] HttpRequest python_request(std::string url) const;

private:
  [[nodiscard]] std::optional<std::string> npm_value(const std::string& key) const;

  NpmKeys m_npm;
  std::string m_python_index;
  HttpConnection m_python_connection;
};

} // namespace pyw::toolchain
