// The dotenv format of .dev.vars and .env files, read as the npm package dotenv 16 reads it (wrangler's
// reader): KEY=value or KEY: value, `export` before it, values in ', " or ` over several lines, # comments.
// In double quotes \n and \r become line breaks; nothing else is unescaped.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::config {

struct DotenvEntry {
  std::string name;
  std::string value;
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const DotenvEntry&) const = default;
};

struct DotenvFile {
  std::vector<DotenvEntry>
      entries; ///< in the file's order; a name that comes twice is there twice, the last counts
  std::vector<std::size_t> ignored_lines; ///< lines that are neither an assignment, nor a comment, nor blank
};

/// Never fails: what cannot be understood is in `ignored_lines`.
[[nodiscard]] DotenvFile parse_dotenv(std::string_view text);

/// Replaces $NAME, ${NAME}, ${NAME:-default} and ${NAME:+alternative} by `known` values, as dotenv-expand
/// does for .env files (not for .dev.vars); \$ is a plain dollar sign. An unknown name is replaced by
/// nothing.
[[nodiscard]] std::string expand_dotenv(std::string_view value,
                                        const std::map<std::string, std::string>& known);

} // namespace pyw::config
