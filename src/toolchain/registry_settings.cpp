#include <base/text.hpp>
#include <toolchain/python_index.hpp>
#include <toolchain/registry_defaults.hpp>
#include <toolchain/registry_settings.hpp>

#include <vector>

namespace pyw::toolchain {

namespace {

std::string with_slash(std::string url) {
  return url.ends_with('/') ? url : url + "/";
}

/// The nearest .npmrc from `directory` upwards, as npm finds the root of a project; not the user's own.
std::optional<Path> project_npmrc(const ReadOnlyFileSystem& files, const Path& directory, const Path& home) {
  for (auto folder = directory; !folder.empty() && folder != home; folder = folder.parent_path()) {
    if (files.is_file(folder / ".npmrc")) {
      return folder / ".npmrc";
    }
    if (folder == folder.parent_path()) {
      break;
    }
  }
  return std::nullopt;
}

/// PREFIX/etc/npmrc, where PREFIX is set or is where `node` is installed; /etc/npmrc is Debian's place.
std::vector<Path> global_npmrc_candidates(const ReadOnlyFileSystem& files,
                                          const Environment& environment,
                                          const NpmKeys& variables) {
  if (const auto named = variables.find("globalconfig"); named != variables.end()) {
    return {named->second};
  }
  std::vector<Path> candidates;
  if (const auto prefix = variables.find("prefix"); prefix != variables.end()) {
    candidates.push_back(Path(prefix->second) / "etc" / "npmrc");
  }
  const auto path = environment.get("PATH").value_or("");
  for (const auto folder : split(path, ':')) {
    if (!folder.empty() && files.is_file(Path(folder) / "node")) {
      candidates.push_back(Path(folder).parent_path() / "etc" / "npmrc");
      break;
    }
  }
  candidates.emplace_back("/etc/npmrc");
  return candidates;
}

Result<void>
merge_file(NpmKeys& keys, const ReadOnlyFileSystem& files, const Path& path, const Environment& environment) {
  if (!files.is_file(path)) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto text, files.read(path));
  keys.merge(parse_npmrc(text, environment)); // what is there already stays
  return {};
}

} // namespace

Result<RegistrySettings> RegistrySettings::load(const ReadOnlyFileSystem& files,
                                                const Environment& environment,
                                                const Path& directory) {
  RegistrySettings settings;
  const auto variables = npm_keys_of(environment);
  settings.m_npm = variables;
  if (const auto path = project_npmrc(files, directory, environment.home())) {
    PYW_TRY(merge_file(settings.m_npm, files, *path, environment));
  }
  const auto user = variables.find("userconfig");
  PYW_TRY(merge_file(settings.m_npm,
                     files,
                     user != variables.end() ? Path(user->second) : environment.home() / ".npmrc",
                     environment));
  for (const auto& path : global_npmrc_candidates(files, environment, variables)) {
    PYW_TRY(merge_file(settings.m_npm, files, path, environment));
  }
  PYW_TRY_ASSIGN(auto python, load_python_index_settings(files, environment, directory));
  settings.m_python_index = with_slash(python.index.value_or(std::string(default_python_index)));
  settings.m_python_connection = std::move(python.connection);
  return settings;
}

std::optional<std::string> RegistrySettings::npm_value(const std::string& key) const {
  const auto found = m_npm.find(key);
  return found == m_npm.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

std::string RegistrySettings::npm_registry_for(std::string_view package) const {
  std::optional<std::string> url;
  if (package.starts_with('@')) {
    url = npm_value(std::string(package.substr(0, package.find('/'))) + ":registry");
  }
  if (!url) {
    url = npm_value("registry");
  }
  return with_slash(url.value_or(std::string(default_npm_registry)));
}

RegistryChoice RegistrySettings::npm_choice_for(std::string_view package) const {
  return npm_registry_for(package) == default_npm_registry ? RegistryChoice::by_default
                                                           : RegistryChoice::of_the_user;
}

HttpRequest RegistrySettings::npm_request(std::string url) const {
  HttpRequest request;
  if (const auto token = find_for_url(m_npm, url, ":_authToken")) {
    request.bearer_token = Secret(*token);
  } else if (const auto basic = find_for_url(m_npm, url, ":_auth")) {
    request.headers.emplace_back("Authorization", "Basic " + *basic);
  }
  if (const auto file = npm_value("cafile")) {
    request.connection.certificate_authorities = *file;
  }
  if (npm_value("strict-ssl") == "false") {
    request.connection.verify = VerifyCertificates::no;
  }
  request.connection.no_proxy = npm_value("noproxy");
  if (auto proxy = npm_value(url.starts_with("https:") ? "https-proxy" : "proxy");
      proxy && *proxy != "null") {
    request.connection.proxy = std::move(proxy);
  } else if (auto plain = npm_value("proxy"); plain && *plain != "null") {
    request.connection.proxy = std::move(plain);
  }
  request.url = std::move(url);
  return request;
}

HttpRequest RegistrySettings::python_request(std::string url) const {
  HttpRequest request;
  request.url = std::move(url);
  request.connection = m_python_connection;
  return request;
}

} // namespace pyw::toolchain
