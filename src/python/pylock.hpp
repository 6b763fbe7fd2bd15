// pylock.toml (PEP 751), as far as pyw reads it: which packages at which versions, and which of them lie on
// this machine. uv writes the file; pyw never edits it.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::python {

struct LockedPackage {
  std::string name;                          ///< normalised (PEP 503)
  std::string version;                       ///< empty for a local package without a fixed one
  std::optional<std::string> directory = {}; ///< a local package's folder, as written: relative to the lock

  bool conditional = false; ///< has a marker: may rightly be absent from what is installed

  bool operator==(const LockedPackage&) const = default;
};

/// The packages in the order of the file. Fails when the text is no TOML or `packages` is no list of tables.
[[nodiscard]] Result<std::vector<LockedPackage>> parse_pylock(std::string_view text);

/// Whether the text may name local packages, told without parsing: the fast path's question.
[[nodiscard]] bool mentions_directories(std::string_view text);

struct PackageChange {
  std::string name;
  std::string before; ///< empty: added
  std::string after;  ///< empty: removed

  bool operator==(const PackageChange&) const = default;
};

/// What differs, by name.
[[nodiscard]] std::vector<PackageChange> compare(const std::vector<LockedPackage>& before,
                                                 const std::vector<LockedPackage>& after);

/// "+ name 1.0", "- name 1.0", "~ name 1.0 -> 2.0".
[[nodiscard]] std::string describe(const PackageChange& change);

/// Whether two locks say the same, comments and white space at line ends aside.
[[nodiscard]] bool same_lock(std::string_view one, std::string_view other);

} // namespace pyw::python
