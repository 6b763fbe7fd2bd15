#include <base/glob.hpp>
#include <base/text.hpp>

#include <optional>

namespace pyw {

namespace {

/// The index after `]` of the class at `pattern[0] == '['`, and whether `c` is in it; nullopt when unclosed.
struct ClassMatch {
  std::size_t length;
  bool matches;
};

std::optional<ClassMatch> match_class(std::string_view pattern, char c) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  i += negated ? 1 : 0;
  bool found = false;
  for (const auto first = i; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  if (i >= pattern.size()) {
    return std::nullopt;
  }
  return ClassMatch{i + 1, found != negated && c != '/'};
}

bool match(std::string_view pattern, std::string_view path);

bool match_alternatives(std::string_view pattern, std::string_view path, std::size_t close) {
  const auto rest = pattern.substr(close + 1);
  for (const auto choice : split(pattern.substr(1, close - 1), ',')) {
    if (match(std::string(choice).append(rest), path)) {
      return true;
    }
  }
  return false;
}

bool match_star(std::string_view pattern, std::string_view path) {
  const bool any_depth = pattern.starts_with("**/");
  if (any_depth && match(pattern.substr(3), path)) {
    return true;
  }
  const bool crosses = any_depth || pattern == "**";
  const auto rest = any_depth ? pattern : pattern.substr(pattern.starts_with("**") ? 2 : 1);
  if (any_depth) { // skip one segment and try again
    const auto slash = path.find('/');
    return slash != std::string_view::npos && match(rest, path.substr(slash + 1));
  }
  for (std::size_t taken = 0; taken <= path.size(); ++taken) {
    if (match(rest, path.substr(taken))) {
      return true;
    }
    if (taken < path.size() && path[taken] == '/' && !crosses) {
      return false;
    }
  }
  return false;
}

bool match(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    const char c = pattern.front();
    if (c == '*') {
      return match_star(pattern, path);
    }
    if (c == '{') {
      if (const auto close = pattern.find('}'); close != std::string_view::npos) {
        return match_alternatives(pattern, path, close);
      }
    }
    if (path.empty()) {
      return false;
    }
    if (c == '[') {
      if (const auto set = match_class(pattern, path.front())) {
        if (!set->matches) {
          return false;
        }
        pattern.remove_prefix(set->length);
        path.remove_prefix(1);
        continue;
      }
    }
    if (c == '\\' && pattern.size() > 1) {
      pattern.remove_prefix(1);
      if (pattern.front() != path.front()) {
        return false;
      }
    } else if (c == '?' ? path.front() == '/' : c != path.front()) {
      return false;
    }
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

} // namespace

bool glob_match(std::string_view pattern, std::string_view path) {
  return match(pattern, path);
}

IgnoreRules::IgnoreRules(std::string_view text) {
  add(text);
}

void IgnoreRules::add(std::string_view text) {
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    while (line.ends_with(' ') && !line.ends_with("\\ ")) {
      line.remove_suffix(1);
    }
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    Rule rule;
    rule.negated = line.starts_with('!');
    line.remove_prefix(rule.negated ? 1 : 0);
    rule.directories_only = line.ends_with('/');
    if (rule.directories_only) {
      line.remove_suffix(1);
    }
    const bool anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) {
      line.remove_prefix(1);
    }
    rule.pattern = anchored ? std::string(line) : std::string("**/").append(line);
    if (!line.empty()) {
      m_rules.push_back(std::move(rule));
    }
  }
}

bool IgnoreRules::ignores(std::string_view path, Kind kind) const {
  for (auto rule = m_rules.rbegin(); rule != m_rules.rend(); ++rule) {
    if (rule->directories_only && kind != Kind::directory) {
      continue;
    }
    if (glob_match(rule->pattern, path)) {
      return !rule->negated;
    }
  }
  return false;
}

bool IgnoreRules::ignores_with_parents(std::string_view path) const {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    if (ignores(path.substr(0, slash), Kind::directory)) {
      return true;
    }
  }
  return ignores(path, Kind::file);
}

} // namespace pyw
