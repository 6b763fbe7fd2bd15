// Which Worker, and which of its versions, a request is for. Pure.
#pragma once

#include <edge/records.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// What a Worker's requests may go to.
struct RoutedScript {
  std::string account;
  std::string name;
  std::vector<Share> versions;        ///< percentages, in the deployment's order
  std::vector<std::string> schedules; ///< cron expressions
};

struct RequestPlace {
  std::string_view host; ///< as the client sent it, with or without a port
  std::string_view path; ///< with a leading '/', without the query
};

class RoutingTable {
public:
  RoutingTable() = default;
  /// `domain`: Workers answer as NAME.SUBDOMAIN.domain, those of the first account also as NAME.domain.
  RoutingTable(const std::vector<ServedScript>& scripts,
               const std::vector<Route>& routes,
               std::string_view domain);

  /// A configured route wins over a Worker's own name, the longest pattern over shorter ones. nullptr: none.
  [[nodiscard]] const RoutedScript* find(const RequestPlace& place) const;

  /// nullptr: the account has none of that name.
  [[nodiscard]] const RoutedScript* find_script(std::string_view account, std::string_view name) const;

  [[nodiscard]] const std::vector<std::shared_ptr<RoutedScript>>& scripts() const { return m_scripts; }

private:
  struct Pattern {
    std::string text; ///< host/path with `*`, without a scheme
    std::shared_ptr<RoutedScript> script;
  };

  std::vector<std::shared_ptr<RoutedScript>> m_scripts;
  std::map<std::string, std::shared_ptr<RoutedScript>, std::less<>> m_hosts;
  std::vector<Pattern> m_patterns; ///< longest first
};

/// Whether `*` of a route's pattern, which stands for any characters, can make it the text.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);

/// A route's pattern without its scheme; a pattern without a path stands for the host's root alone, as the
/// platform has it.
[[nodiscard]] std::string normal_pattern(std::string_view pattern);

/// What decides between the versions of a split deployment.
struct Choice {
  std::string_view script;
  std::string_view key;       ///< Cloudflare-Workers-Version-Key: the same key gives the same version
  std::string_view overrides; ///< Cloudflare-Workers-Version-Overrides: `name="version"`, of the deployment's
  std::uint64_t random = 0;   ///< for requests without a key
};

/// nullptr when the deployment has no version.
[[nodiscard]] const Share* choose_version(const std::vector<Share>& versions, const Choice& choice);

/// Whether a URL parser (WHATWG) may read this path as one below /cdn-cgi: what the runtime keeps for itself.
[[nodiscard]] bool is_reserved_path(std::string_view target);

} // namespace pyw::edge
