#include <base/text.hpp>
#include <net/retry.hpp>
#include <net/url.hpp>
#include <toolchain/sources.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::toolchain {

namespace {

std::string npm_archive_url(const Pin& pin, const RegistrySettings& settings) {
  const auto base = pin.package.substr(pin.package.find('/') + 1); // npos + 1 is 0: a name without a scope
  return fmt::format(
      "{}{}/-/{}-{}.tgz", settings.npm_registry_for(pin.package), pin.package, base, pin.version);
}

Result<HttpRequest> wheel_request(const Pin& pin, const RegistrySettings& settings, World& world) {
  const auto page_url = fmt::format("{}{}/", settings.python_index(), pin.name);
  auto request = settings.python_request(page_url);
  request.headers.emplace_back("Accept", "application/vnd.pypi.simple.v1+json, text/html;q=0.1");
  PYW_TRY_ASSIGN(const auto page, net::send_with_retry(world.http, world.clock, world.reporter, request));
  if (page.status != 200) {
    return failure(
        user_error(fmt::format("`{}` answered with status {}", net::redacted(page_url), page.status),
                   {"check the address of the Python index: UV_DEFAULT_INDEX, uv.toml or pip.conf"}));
  }
  const auto link = find_wheel_link(page.body, page_url, pin.package);
  if (!link) {
    return failure(
        user_error(fmt::format("the Python index has no `{}`", pin.package),
                   {fmt::format("`{}` is the index; another one is chosen with UV_DEFAULT_INDEX",
                                net::redacted(page_url)),
                    fmt::format("or install uv {} or newer yourself, so that it is in PATH", pin.version)}));
  }
  return settings.python_request(net::with_credentials_of(page_url, *link));
}

} // namespace

std::optional<std::string>
find_wheel_link(std::string_view page, std::string_view page_url, std::string_view file) {
  const auto json = nlohmann::json::parse(page, nullptr, false);
  if (json.is_object() && json.contains("files") && json["files"].is_array()) {
    for (const auto& entry : json["files"]) {
      if (entry.is_object() && entry.value("filename", "") == file && entry.contains("url") &&
          entry["url"].is_string()) {
        return net::resolve_link(page_url, entry["url"].get<std::string>());
      }
    }
    return std::nullopt;
  }
  // HTML: <a href="…/FILE#sha256=…">FILE</a>. The link ends with the file's name, whatever stands around it.
  for (auto at = page.find("href="); at != std::string_view::npos; at = page.find("href=", at + 1)) {
    const auto quote = at + 5;
    if (quote >= page.size() || (page[quote] != '"' && page[quote] != '\'')) {
      continue;
    }
    const auto end = page.find(page[quote], quote + 1);
    auto link = page.substr(quote + 1, end == std::string_view::npos ? 0 : end - quote - 1);
    link = link.substr(0, link.find('#'));
    const auto path = link.substr(0, link.find('?'));
    if (path == file || path.ends_with("/" + std::string(file))) {
      return net::resolve_link(page_url, replace_all(std::string(link), "&amp;", "&"));
    }
  }
  return std::nullopt;
}

Result<HttpRequest> archive_request(const Pin& pin, const RegistrySettings& settings, World& world) {
  if (pin.origin == Origin::python_index) {
    return wheel_request(pin, settings, world);
  }
  return settings.npm_request(npm_archive_url(pin, settings));
}

std::optional<HttpRequest>
described_archive_request(const Pin& pin, const RegistrySettings& settings, World& world) {
  if (pin.origin != Origin::npm) {
    return std::nullopt;
  }
  const auto registry = settings.npm_registry_for(pin.package);
  const auto name = replace_all(std::string(pin.package), "/", "%2f"); // how npm asks for a scoped package
  const auto answer =
      world.http.send(settings.npm_request(fmt::format("{}{}/{}", registry, name, pin.version)));
  if (!answer || answer->status != 200) {
    return std::nullopt;
  }
  const auto description = nlohmann::json::parse(answer->body, nullptr, false);
  const auto tarball = nlohmann::json::json_pointer("/dist/tarball");
  if (!description.is_object() || !description.contains(tarball) || !description[tarball].is_string()) {
    return std::nullopt;
  }
  auto url = net::resolve_link(registry, description[tarball].get<std::string>());
  return url == npm_archive_url(pin, settings) ? std::nullopt
                                               : std::optional(settings.npm_request(std::move(url)));
}

} // namespace pyw::toolchain
