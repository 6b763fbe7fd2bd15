// Python versions and version specifiers, as far as `requires-python` needs them (PEP 440).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::config {

/// [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]; the local part is dropped.
struct PythonRelease {
  unsigned long epoch = 0;
  std::vector<unsigned long> release;
  int pre_kind = 3; ///< 0 a, 1 b, 2 rc, 3 none
  unsigned long pre_number = 0;
  std::optional<unsigned long> post;
  std::optional<unsigned long> dev;
};

/// nullopt when the text is no version.
[[nodiscard]] std::optional<PythonRelease> parse_python_release(std::string_view text);

/// Negative, zero or positive; trailing zeros of the release do not count.
[[nodiscard]] int compare(const PythonRelease& one, const PythonRelease& other);

/// Whether a final version such as "3.14.2" satisfies a comma-separated list of specifiers (==, !=, <=, >=,
/// <, >, ~=, ===,
/// `==3.14.*`). nullopt when the list cannot be understood. "" admits all.
[[nodiscard]] std::optional<bool> admits(std::string_view specifiers, std::string_view version);

} // namespace pyw::config
