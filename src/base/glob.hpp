// Path patterns: globs as wrangler's module rules use them, and .gitignore lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyw {

/// Whether `path` ('/'-separated, relative) matches: `*` within one segment, `**/` for any number of
/// segments,
/// `?` one character, `[abc]` a class, `{a,b}` alternatives. The whole path must match and a leading dot is
/// an ordinary character (the semantics of glob-to-regexp with globstar, facts/deploy.md 2).
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);

/// The rules of gitignore(5): the last match wins, `!` takes back, a trailing '/' means folders only, a
/// pattern with a '/' inside is anchored to the root.
class IgnoreRules {
public:
  IgnoreRules() = default;
  /// One pattern a line; `#` comments and blank lines are skipped.
  explicit IgnoreRules(std::string_view text);
  void add(std::string_view text);

  enum class Kind { file, directory };
  /// Whether the path itself is ignored. Ask for each parent first: what lies in an ignored folder is
  /// ignored whatever else is said.
  [[nodiscard]] bool ignores(std::string_view path, Kind kind) const;
  /// The same for the path and all its parents.
  [[nodiscard]] bool ignores_with_parents(std::string_view path) const;

private:
  struct Rule {
    std::string pattern;
    bool negated = false;
    bool directories_only = false;
  };

  std::vector<Rule> m_rules;
};

} // namespace pyw
