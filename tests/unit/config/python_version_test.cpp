#include <config/project.hpp>
#include <support/catch.hpp>

namespace pyw::config {

namespace {

struct VersionCase {
  std::string_view date;
  std::vector<std::string> flags;
  PythonVersion expected;
};

constexpr auto v12 = PythonVersion::python_3_12;
constexpr auto v13 = PythonVersion::python_3_13;
constexpr auto v14 = PythonVersion::python_3_14;

} // namespace

// facts/python.md 1; the lines with `no_…` were tried with workerd 1.20261117.1, which then asks for that
// Pyodide.
TEST_CASE("date and flags choose the Python version") {
  const auto test = GENERATE(
      VersionCase{"2024-03-01", {"python_workers"}, v12},
      VersionCase{"2025-09-28", {"python_workers"}, v12},
      VersionCase{"2025-09-29", {"python_workers"}, v13},
      VersionCase{"2026-09-07", {"python_workers"}, v13},
      VersionCase{"2026-09-08", {"python_workers"}, v14},
      VersionCase{"2024-03-01", {"python_workers", "python_workers_20250116"}, v13},
      VersionCase{"2024-03-01", {"python_workers", "python_workers_314"}, v14},
      VersionCase{"2024-03-01", {"python_workers", "python_workers_20260610"}, v14},
      VersionCase{"2024-03-01", {"python_workers", "python_workers_20260817"}, v14},
      VersionCase{"2026-11-01", {"python_workers", "no_python_workers_314"}, v13},
      VersionCase{"2026-11-01", {"python_workers", "no_python_workers_20260610"}, v14},
      VersionCase{"2026-11-01", {"python_workers", "python_workers_20260610", "no_python_workers_314"}, v14},
      VersionCase{"2026-11-01", {"no_python_workers_314", "no_python_workers_20250116"}, v12},
      VersionCase{"2026-11-01", {"python_workers", "python_workers_20250116"}, v14},
      VersionCase{"", {}, v12});
  INFO(test.date);
  CHECK(python_version_for(test.date, test.flags) == test.expected);
}

TEST_CASE("Python versions as text") {
  CHECK(to_text(v12) == "3.12");
  CHECK(to_text(v13) == "3.13");
  CHECK(to_text(v14) == "3.14");
}

} // namespace pyw::config
