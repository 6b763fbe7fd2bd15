#include <base/text.hpp>
#include <config/pep440.hpp>
#include <config/pyproject.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::config {

namespace {

std::optional<Located<std::string>> read_text(const Value& table, std::string_view key, Findings& findings) {
  const auto* value = table.find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is(Value::Kind::string)) {
    findings.error(fmt::format("`project.{}` must be a string, not {}", key, describe(value->kind())),
                   value->place);
    return std::nullopt;
  }
  return Located<std::string>{value->text(), value->place};
}

void read_dependencies(const Value& table, PythonProject& project, Findings& findings) {
  const auto* entry = table.find_entry("dependencies");
  if (entry == nullptr) {
    return;
  }
  project.dependencies_place = entry->key_place;
  const auto hint = "like `dependencies = [\"fastapi\", \"httpx>=0.28\"]`";
  if (!entry->value.is(Value::Kind::array)) {
    findings.error(fmt::format("`project.dependencies` must be an array of strings, not {}",
                               describe(entry->value.kind())),
                   entry->value.place,
                   {hint});
    return;
  }
  for (const auto& item : entry->value.items()) {
    if (item.is(Value::Kind::string)) {
      project.dependencies.push_back({item.text(), item.place});
    } else {
      findings.error(
          fmt::format("a dependency must be a string, not {}", describe(item.kind())), item.place, {hint});
    }
  }
}

} // namespace

PythonProject decode_pyproject(const Path& file, const Value& root, Findings& findings) {
  PythonProject project{.file = file};
  const auto* table = root.find("project");
  if (table == nullptr) {
    return project;
  }
  if (!table->is(Value::Kind::table)) {
    findings.error(fmt::format("`project` must be a table, not {}", describe(table->kind())), table->place);
    return project;
  }
  project.name = read_text(*table, "name", findings);
  project.requires_python = read_text(*table, "requires-python", findings);
  read_dependencies(*table, project, findings);
  return project;
}

const Value* find_tool_pyw(const Value& root) {
  const auto* tool = root.find("tool");
  const auto* table = tool == nullptr ? nullptr : tool->find("pyw");
  return table != nullptr && table->is(Value::Kind::table) ? table : nullptr;
}

std::string worker_name_of(std::string_view package_name) {
  auto name = to_lower(package_name);
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  std::replace_if(name.begin(), name.end(), [&](char c) { return !fits(c); }, '-');
  name.erase(0, name.find_first_not_of('-'));
  name.erase(name.find_last_not_of('-') + 1);
  return name;
}

namespace {

/// The patch release that Pyodide carries (facts/python.md 1 and 3; 0.26.0a2, 0.28.2 and 314.0.x).
std::string_view full_version(PythonVersion version) {
  static constexpr std::array<std::string_view, 3> versions{"3.12.1", "3.13.2", "3.14.2"};
  return versions[static_cast<std::size_t>(version)];
}

void check_requires_python(const Project& project, Findings& findings) {
  const auto& required = project.python->requires_python;
  if (!required) {
    return;
  }
  const auto verdict = admits(required->value, full_version(project.python_version));
  if (!verdict) {
    findings.error(fmt::format("`requires-python` is `{}`, which is no version specifier", required->value),
                   required->place,
                   {"like `>=3.12`, `>=3.13,<4` or `==3.14.*` (PEP 440)"});
  } else if (!*verdict) {
    findings.error(
        fmt::format("`requires-python` is `{}`, but this Worker runs Python {}",
                    required->value,
                    full_version(project.python_version)),
        required->place,
        {fmt::format("compatibility_date {} and the compatibility flags choose Python {}: change them, or "
                     "`requires-python`",
                     project.compatibility_date.value.empty() ? "(none)" : project.compatibility_date.value,
                     to_text(project.python_version))});
  }
}

} // namespace

void check_python_project(const ReadOnlyFileSystem& files, const Project& project, Findings& findings) {
  if (project.python) {
    check_requires_python(project, findings);
  }
  if (files.is_file(project.root / "cf-requirements.txt")) {
    findings.warning("`cf-requirements.txt` is no longer used",
                     {},
                     {"list the packages in `project.dependencies` of pyproject.toml"});
  }
  if (!files.is_file(project.root / "requirements.txt")) {
    return;
  }
  if (project.python && !project.python->dependencies.empty()) {
    findings.error("packages are listed in two places: here and in `requirements.txt`",
                   project.python->dependencies_place,
                   {"move the lines of requirements.txt into `dependencies` and delete the file"});
  } else {
    findings.warning(
        "`requirements.txt` is not used",
        {},
        {"list the packages in `project.dependencies` of pyproject.toml: `pyw add PACKAGE` does it"});
  }
}

} // namespace pyw::config
