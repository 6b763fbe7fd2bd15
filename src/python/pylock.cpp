#include <base/text.hpp>
#include <python/pylock.hpp>

#include <fmt/core.h>
#include <toml.hpp>

#include <map>
#include <sstream>

namespace pyw::python {

namespace {

LockedPackage package_from(const toml::value& entry) {
  LockedPackage package;
  package.name = toml::find<std::string>(entry, "name");
  package.version = toml::find_or<std::string>(entry, "version", "");
  if (entry.contains("directory")) {
    package.directory = toml::find<std::string>(toml::find(entry, "directory"), "path");
  }
  return package;
}

std::vector<std::string_view> meaningful_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (const auto line : split(text, '\n')) {
    const auto trimmed = trim(line);
    if (!trimmed.empty() && trimmed.front() != '#') {
      lines.push_back(trimmed);
    }
  }
  return lines;
}

} // namespace

Result<std::vector<LockedPackage>> parse_pylock(std::string_view text) {
  try {
    std::istringstream stream{std::string(text)};
    const auto document = toml::parse(stream, "pylock.toml");
    std::vector<LockedPackage> packages;
    if (!document.contains("packages")) {
      return packages;
    }
    for (const auto& entry : toml::find(document, "packages").as_array()) {
      packages.push_back(package_from(entry));
    }
    return packages;
  } catch (const std::exception& problem) {
    // toml11 explains over many lines; the first one says what is wrong.
    const std::string_view what = problem.what();
    return failure(
        user_error(fmt::format("`pylock.toml` cannot be read: {}", trim(what.substr(0, what.find('\n')))),
                   {"remove it and run `pyw sync`: a fresh one is made from `pyproject.toml`"}));
  }
}

bool mentions_directories(std::string_view text) {
  return text.find("directory") != std::string_view::npos;
}

std::vector<PackageChange> compare(const std::vector<LockedPackage>& before,
                                   const std::vector<LockedPackage>& after) {
  std::map<std::string, PackageChange> by_name;
  for (const auto& package : before) {
    by_name[package.name].before = package.version.empty() ? "local" : package.version;
  }
  for (const auto& package : after) {
    by_name[package.name].after = package.version.empty() ? "local" : package.version;
  }
  std::vector<PackageChange> changes;
  for (auto& [name, change] : by_name) {
    if (change.before != change.after) {
      change.name = name;
      changes.push_back(change);
    }
  }
  return changes;
}

std::string describe(const PackageChange& change) {
  if (change.before.empty()) {
    return fmt::format("+ {} {}", change.name, change.after);
  }
  if (change.after.empty()) {
    return fmt::format("- {} {}", change.name, change.before);
  }
  return fmt::format("~ {} {} -> {}", change.name, change.before, change.after);
}

bool same_lock(std::string_view one, std::string_view other) {
  return meaningful_lines(one) == meaningful_lines(other);
}

} // namespace pyw::python
