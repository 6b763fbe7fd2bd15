// The path patterns of module rules, as the deploy client of the platform reads them: `*` within one segment
// and
// `**/` for any number of segments. Nothing else is special: `?`, `[` and `{` are ordinary characters (which
// is why the platform's own default list has "**/*.wasm?module"). base/glob.hpp knows more signs and would
// match other files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::bundle {

/// A pattern, taken apart once and matched often.
class ModuleGlob {
public:
  explicit ModuleGlob(std::string_view pattern);

  /// Whether the whole of `path` ('/'-separated, relative) matches.
  [[nodiscard]] bool matches(std::string_view path) const;

private:
  struct Token {
    enum class Kind { text, within_segment, any_segments };
    Kind kind = Kind::text;
    std::string text = {};
  };

  [[nodiscard]] bool matches_from(std::size_t token, std::string_view path) const;

  std::vector<Token> m_tokens;
};

} // namespace pyw::bundle
