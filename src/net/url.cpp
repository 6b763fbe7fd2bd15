#include <net/url.hpp>

#include <vector>

namespace pyw::net {

namespace {

/// A URL cut at its joints; views into it. `authority` still has user and password.
struct Pieces {
  std::string_view scheme; ///< with "://"
  std::string_view authority;
  std::string_view path;
  std::string_view rest; ///< "?query#fragment"
};

Pieces cut(std::string_view url) {
  Pieces pieces;
  if (const auto colon = url.find("://"); colon != std::string_view::npos) {
    pieces.scheme = url.substr(0, colon + 3);
    url.remove_prefix(colon + 3);
    const auto end = std::min(url.find_first_of("/?#"), url.size());
    pieces.authority = url.substr(0, end);
    url.remove_prefix(end);
  }
  const auto end = std::min(url.find_first_of("?#"), url.size());
  pieces.path = url.substr(0, end);
  pieces.rest = url.substr(end);
  return pieces;
}

std::string_view without_user(std::string_view authority) {
  const auto at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

/// Resolves "." and ".." steps (RFC 3986 5.2.4).
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  std::size_t start = 0;
  bool ends_in_folder = false;
  while (start <= path.size()) {
    const auto end = std::min(path.find('/', start), path.size());
    const auto step = path.substr(start, end - start);
    ends_in_folder = step.empty() || step == "." || step == "..";
    if (step == "..") {
      if (!kept.empty()) {
        kept.pop_back();
      }
    } else if (!step.empty() && step != ".") {
      kept.push_back(step);
    }
    start = end + 1;
  }
  std::string text;
  for (const auto step : kept) {
    (text += '/') += step;
  }
  return ends_in_folder || text.empty() ? text + "/" : text;
}

} // namespace

std::string redacted(std::string_view url) {
  const auto pieces = cut(url);
  std::string text(pieces.scheme);
  text += without_user(pieces.authority);
  text += pieces.path;
  return pieces.rest.empty() ? text : text + "?…";
}

std::string host_of(std::string_view url) {
  return std::string(without_user(cut(url).authority));
}

std::string resolve_link(std::string_view base, std::string_view link) {
  const auto from = cut(base);
  const auto to = cut(link);
  if (!to.scheme.empty()) {
    return std::string(link);
  }
  const auto scheme = std::string(from.scheme);
  if (link.starts_with("//")) {
    return scheme.substr(0, scheme.size() - 2) + std::string(link);
  }
  const auto root = scheme + std::string(from.authority);
  if (to.path.starts_with('/')) {
    return root + std::string(link);
  }
  const auto folder = from.path.substr(0, from.path.rfind('/') + 1);
  return root + without_dots(std::string(folder) + std::string(to.path)) + std::string(to.rest);
}

std::string with_credentials_of(std::string_view base, std::string_view url) {
  const auto from = cut(base);
  const auto to = cut(url);
  const auto host = without_user(from.authority);
  if (host == from.authority || to.authority != host || to.scheme != from.scheme) {
    return std::string(url);
  }
  return std::string(to.scheme) + std::string(from.authority) + std::string(to.path) + std::string(to.rest);
}

} // namespace pyw::net
