#include <base/hash.hpp>
#include <base/json.hpp>
#include <base/text.hpp>
#include <edge/routing.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  return host.ends_with(']') || colon == std::string_view::npos ? host : host.substr(0, colon);
}

/// A number in [0, 100) that the text always gives.
double point_of(std::string_view text) {
  const auto digest = sha256_hex(text);
  return static_cast<double>(std::stoull(digest.substr(0, 12), nullptr, 16) % 1'000'000) / 10'000;
}

/// `name="version", other="version"`: RFC 8941 dictionary of strings.
std::string override_of(std::string_view header, std::string_view script) {
  for (auto item : split(header, ',')) {
    item = trim(item);
    const auto equals = item.find('=');
    if (equals == std::string_view::npos || item.substr(0, equals) != script) {
      continue;
    }
    const auto value = item.substr(equals + 1);
    if (value.size() > 2 && value.starts_with('"') && value.ends_with('"')) {
      return std::string(value.substr(1, value.size() - 2));
    }
  }
  return "";
}

std::vector<std::string> schedules_in(const Json& document) {
  std::vector<std::string> out;
  for (const auto& cron : array_at(document, "schedules")) {
    if (cron.is_string()) {
      out.push_back(cron.get<std::string>());
    }
  }
  return out;
}

} // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Each `*` takes as little as it can; on a mismatch the latest one takes one more.
  std::size_t p = 0;
  std::size_t t = 0;
  std::optional<std::size_t> star;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star) {
      p = *star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string normal_pattern(std::string_view pattern) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (to_lower(pattern.substr(0, scheme.size())) == scheme) {
      pattern.remove_prefix(scheme.size());
    }
  }
  const auto slash = pattern.find('/');
  const auto host = to_lower(pattern.substr(0, slash));
  return host + (slash == std::string_view::npos ? (host.ends_with('*') ? "" : "/")
                                                 : std::string(pattern.substr(slash)));
}

RoutingTable::RoutingTable(const std::vector<ServedScript>& scripts,
                           const std::vector<Route>& routes,
                           std::string_view domain) {
  std::map<std::pair<std::string, std::string>, std::shared_ptr<RoutedScript>> by_name;
  for (const auto& item : scripts) {
    const auto document = Json::parse(item.script.document, nullptr, false);
    auto routed = std::make_shared<RoutedScript>(
        RoutedScript{item.script.account, item.script.name, item.versions, schedules_in(document)});
    m_scripts.push_back(routed);
    by_name[{item.script.account, item.script.name}] = routed;
    if (object_at(document, "subdomain").value("enabled", Json(false)) == Json(true)) {
      m_hosts[to_lower(fmt::format("{}.{}.{}", item.script.name, item.subdomain, domain))] = routed;
      if (item.first_account) {
        m_hosts[to_lower(fmt::format("{}.{}", item.script.name, domain))] = routed;
      }
    }
  }
  for (const auto& route : routes) {
    if (const auto found = by_name.find({route.account, route.script}); found != by_name.end()) {
      m_patterns.push_back({normal_pattern(route.pattern), found->second});
    }
  }
  std::stable_sort(m_patterns.begin(), m_patterns.end(), [](const auto& a, const auto& b) {
    return a.text.size() > b.text.size();
  });
}

const RoutedScript* RoutingTable::find(const RequestPlace& place) const {
  const auto host = to_lower(without_port(place.host));
  const auto whole = host + std::string(place.path);
  for (const auto& pattern : m_patterns) {
    if (matches_pattern(pattern.text, whole)) {
      return pattern.script.get();
    }
  }
  const auto found = m_hosts.find(host);
  return found == m_hosts.end() ? nullptr : found->second.get();
}

const RoutedScript* RoutingTable::find_script(std::string_view account, std::string_view name) const {
  const auto found = std::ranges::find_if(
      m_scripts, [&](const auto& script) { return script->account == account && script->name == name; });
  return found == m_scripts.end() ? nullptr : found->get();
}

const Share* choose_version(const std::vector<Share>& versions, const Choice& choice) {
  if (!choice.overrides.empty()) {
    const auto wanted = override_of(choice.overrides, choice.script);
    for (const auto& share : versions) {
      if (share.version == wanted) {
        return &share;
      }
    }
  }
  const auto point =
      choice.key.empty() ? static_cast<double>(choice.random % 1'000'000) / 10'000 : point_of(choice.key);
  double sum = 0;
  const Share* last = nullptr;
  for (const auto& share : versions) {
    sum += share.percentage;
    if (share.percentage > 0) {
      last = &share;
    }
    if (point < sum) {
      return &share;
    }
  }
  return last; // percentages that add up to less than 100 by rounding
}

bool is_reserved_path(std::string_view target) {
  // What the parser takes out or reads as '/' is done here first: escapes, `\`, and `.` and `..` steps.
  auto path = to_lower(target.substr(0, target.find_first_of("?#")));
  for (const auto& [from, to] : {std::pair{"%2e", "."}, {"\\", "/"}, {"\t", ""}}) {
    path = replace_all(std::move(path), from, to);
  }
  std::vector<std::string_view> steps;
  for (const auto step : split(path, '/')) {
    if (step == "..") {
      if (steps.size() > 1) { // the first is what stands before the leading '/'
        steps.pop_back();
      }
    } else if (step != ".") {
      steps.push_back(step);
    }
  }
  return steps.size() > 1 && steps[1] == "cdn-cgi";
}

} // namespace pyw::edge
