#include <config/project.hpp>

#include <algorithm>
#include <array>

namespace pyw::config {

std::string_view to_text(PythonVersion version) {
  switch (version) {
  case PythonVersion::python_3_12:
    return "3.12";
  case PythonVersion::python_3_13:
    return "3.13";
  case PythonVersion::python_3_14:
    return "3.14";
  }
  return "";
}

namespace {

/// When a Python is chosen: by one of its flags, or from a date on unless the flag's twin says no.
struct Choice {
  PythonVersion version;
  std::string_view from_date;
  std::array<std::string_view, 3> flags;
};

// facts/python.md 1, newest first. The first flag is the one whose `no_…` twin takes the date's choice back.
constexpr std::array<Choice, 2> choices{{
    {PythonVersion::python_3_14,
     "2026-09-08",
     {"python_workers_314", "python_workers_20260610", "python_workers_20260817"}},
    {PythonVersion::python_3_13, "2025-09-29", {"python_workers_20250116", "", ""}},
}};

bool has(const std::vector<std::string>& flags, std::string_view flag) {
  return !flag.empty() && std::find(flags.begin(), flags.end(), flag) != flags.end();
}

} // namespace

PythonVersion python_version_for(std::string_view date, const std::vector<std::string>& flags) {
  for (const auto& choice : choices) {
    const auto is_set = [&](std::string_view flag) { return has(flags, flag); };
    const bool is_refused = has(flags, "no_" + std::string(choice.flags.front()));
    if (std::any_of(choice.flags.begin(), choice.flags.end(), is_set)) {
      return choice.version;
    }
    if (date >= choice.from_date && !is_refused) {
      return choice.version;
    }
  }
  return PythonVersion::python_3_12;
}

} // namespace pyw::config
