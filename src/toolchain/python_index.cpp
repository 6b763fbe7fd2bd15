#include <base/text.hpp>
#include <toolchain/python_index.hpp>

#include <fmt/core.h>
#include <toml.hpp>

#include <map>
#include <vector>

namespace pyw::toolchain {

namespace {

/// `index-url`, else the `[[index]]` with `default = true`, else nothing (docs of uv, "Package indexes").
std::optional<std::string> index_of(const toml::value& settings) {
  if (settings.contains("index") && settings.at("index").is_array()) {
    for (const auto& index : settings.at("index").as_array()) {
      if (index.is_table() && toml::find_or(index, "default", false) && index.contains("url")) {
        return toml::find_or<std::string>(index, "url", "");
      }
    }
  }
  if (settings.contains("index-url") && settings.at("index-url").is_string()) {
    return settings.at("index-url").as_string().str;
  }
  if (settings.contains("pip") && settings.at("pip").is_table()) {
    return index_of(settings.at("pip"));
  }
  return std::nullopt;
}

Result<toml::value> parse_toml(const std::string& text, const Path& path) {
  std::istringstream stream(text);
  try {
    return toml::parse(stream, path.string());
  } catch (const std::exception& problem) { // toml11 has no other way to say it
    return failure(user_error(fmt::format("`{}` is not valid TOML", path.string()), {problem.what()}));
  }
}

/// The nearest uv.toml upwards, then the user's, then the system's.
Result<std::optional<std::string>>
index_of_uv(const ReadOnlyFileSystem& files, const Environment& environment, const Path& directory) {
  std::vector<Path> candidates;
  if (const auto named = environment.get_nonempty("UV_CONFIG_FILE")) {
    candidates = {*named};
  } else if (!environment.get_nonempty("UV_NO_CONFIG")) {
    for (auto folder = directory; !folder.empty(); folder = folder.parent_path()) {
      if (files.is_file(folder / "uv.toml")) {
        candidates.push_back(folder / "uv.toml");
        break;
      }
      if (folder == folder.parent_path()) {
        break;
      }
    }
    candidates.push_back(environment.config_directory().parent_path() / "uv" / "uv.toml");
    candidates.push_back("/etc/uv/uv.toml");
  }
  for (const auto& path : candidates) {
    PYW_TRY_ASSIGN(const auto text, files.read_if_exists(path));
    if (text) {
      PYW_TRY_ASSIGN(const auto settings, parse_toml(*text, path));
      if (auto index = index_of(settings)) {
        return index;
      }
    }
  }
  return std::nullopt;
}

/// `index-url` and `cert` of the [global] and [install] sections; [download] and others are not ours.
std::map<std::string, std::string> parse_pip_config(std::string_view text) {
  std::map<std::string, std::string> values;
  std::string_view section;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (line.starts_with('[') && line.ends_with(']')) {
      section = line.substr(1, line.size() - 2);
      continue;
    }
    const auto separator = line.find_first_of("=:");
    if (line.empty() || line.front() == '#' || line.front() == ';' || separator == std::string_view::npos ||
        (section != "global" && section != "install")) {
      continue;
    }
    const auto key = replace_all(to_lower(trim(line.substr(0, separator))), "_", "-");
    values[key] = trim(line.substr(separator + 1));
  }
  return values;
}

/// pip's files, the most specific last (docs of pip, "Configuration").
Result<std::map<std::string, std::string>> pip_values(const ReadOnlyFileSystem& files,
                                                      const Environment& environment) {
  const auto config_home = environment.config_directory().parent_path();
  std::vector<Path> paths{"/etc/pip.conf",
                          "/etc/xdg/pip/pip.conf",
                          environment.home() / ".pip" / "pip.conf",
                          config_home / "pip" / "pip.conf"};
  if (const auto virtual_environment = environment.get_nonempty("VIRTUAL_ENV")) {
    paths.push_back(Path(*virtual_environment) / "pip.conf");
  }
  if (const auto named = environment.get_nonempty("PIP_CONFIG_FILE")) {
    paths.push_back(*named);
  }
  std::map<std::string, std::string> values;
  for (const auto& path : paths) {
    if (path == "/dev/null" || !files.is_file(path)) {
      continue; // "/dev/null" is how pip is told to read no file
    }
    PYW_TRY_ASSIGN(const auto text, files.read(path));
    for (auto& [key, value] : parse_pip_config(text)) {
      values[key] = std::move(value);
    }
  }
  return values;
}

} // namespace

Result<PythonIndexSettings> load_python_index_settings(const ReadOnlyFileSystem& files,
                                                       const Environment& environment,
                                                       const Path& directory) {
  PythonIndexSettings settings;
  PYW_TRY_ASSIGN(auto pip, pip_values(files, environment));
  if (const auto cert = pip.find("cert"); cert != pip.end() && !environment.get_nonempty("SSL_CERT_FILE")) {
    settings.connection.certificate_authorities = cert->second;
  }
  if (const auto proxy = pip.find("proxy"); proxy != pip.end()) {
    settings.connection.proxy = proxy->second;
  }
  auto netrc = Path(environment.get_nonempty("NETRC").value_or((environment.home() / ".netrc").string()));
  if (files.is_file(netrc)) {
    settings.connection.netrc = std::move(netrc);
  }
  for (const auto* name : {"UV_DEFAULT_INDEX", "UV_INDEX_URL"}) {
    if (auto value = environment.get_nonempty(name)) {
      // "NAME=URL" is allowed too.
      const auto equals = value->find('=');
      const auto colon = value->find("://");
      settings.index = equals < colon ? value->substr(equals + 1) : *value;
      return settings;
    }
  }
  PYW_TRY_ASSIGN(settings.index, index_of_uv(files, environment, directory));
  if (!settings.index) {
    settings.index = environment.get_nonempty("PIP_INDEX_URL");
  }
  if (const auto url = pip.find("index-url"); !settings.index && url != pip.end()) {
    settings.index = url->second;
  }
  return settings;
}

} // namespace pyw::toolchain
