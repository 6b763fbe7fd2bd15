// uv's complaint as pyw's error: what is wrong, where in pyproject.toml, and what to do now.
#pragma once

#include <config/project.hpp>
#include <python/interpreter.hpp>
#include <python/uv_complaint.hpp>

#include <optional>
#include <string>

namespace pyw::python {

/// What was found out about a package without a fitting wheel, beside uv's own words.
struct WheelFindings {
  std::optional<std::string> other_version; ///< a version that has a wheel for this Python
  std::optional<std::string> other_python;  ///< another Python that some version has a wheel for
};

struct ExplainContext {
  const config::Project& project;
  TargetPython python;
  std::optional<std::string> pyodide_index; ///< configured
  bool asked_pyodide_index = false;         ///< and asked
  std::string uv_version;                   ///< "0.13.8"; empty when it was not asked for
  WheelFindings wheels;
};

/// The error for a failed run of uv. `exit_code` is uv's.
[[nodiscard]] Error explain(const UvComplaint& complaint, const ExplainContext& context);

} // namespace pyw::python
