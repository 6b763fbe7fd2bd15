// What python_modules was made from: a small text file inside it, so that the tree and the record of it come
// and go in one rename. Reading it is all that a sync with nothing to do needs.
#pragma once

#include <base/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::python {

/// The name inside python_modules; also what workers-py 1.17 calls its own, in another form.
inline constexpr std::string_view stamp_name = ".synced";

/// Digests of everything that decides what python_modules holds. Equal stamps: nothing to do.
struct Stamp {
  std::string python;   ///< "3.14"
  std::string project;  ///< pyproject.toml
  std::string lock;     ///< pylock.toml
  std::string settings; ///< uv.toml files and variables that choose indexes and versions
  std::string local;    ///< the files of packages that lie on this machine; empty when there are none

  bool operator==(const Stamp&) const = default;
};

/// One `key value` a line, after a line with the version of the form.
[[nodiscard]] std::string to_text(const Stamp& stamp);

/// nullopt when the text is not a stamp of this version of the form.
[[nodiscard]] std::optional<Stamp> parse_stamp(std::string_view text);

/// What differs, for people: "`pyproject.toml` changed"; empty when nothing does. `before` nullopt: never
/// synced.
[[nodiscard]] std::string difference(const std::optional<Stamp>& before, const Stamp& now);

} // namespace pyw::python
