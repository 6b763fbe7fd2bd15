#include <base/text.hpp>
#include <config/readers.hpp>
#include <python/pylock.hpp>

#include <fmt/core.h>

#include <map>
#include <optional>

namespace pyw::python {

namespace {

using config::Findings;
using config::Value;

const Value* text_of(const Value& table, std::string_view key) {
  const auto* value = table.find(key);
  return value != nullptr && value->is(Value::Kind::string) ? value : nullptr;
}

std::optional<LockedPackage> package_from(const Value& entry, Findings& findings) {
  const auto* name = text_of(entry, "name");
  if (name == nullptr) {
    findings.error("a package without a name", entry.place);
    return std::nullopt;
  }
  LockedPackage package;
  package.name = name->text();
  if (const auto* version = text_of(entry, "version")) {
    package.version = version->text();
  }
  if (const auto* directory = entry.find("directory")) {
    const auto* path = text_of(*directory, "path");
    if (path == nullptr) {
      findings.error("`directory` without a path", directory->place);
      return std::nullopt;
    }
    package.directory = path->text();
  }
  package.conditional = entry.find("marker") != nullptr;
  return package;
}

std::vector<LockedPackage> packages_from(const Value& document, Findings& findings) {
  std::vector<LockedPackage> packages;
  const auto* list = document.find("packages");
  if (list == nullptr) {
    return packages;
  }
  if (!list->is(Value::Kind::array)) {
    findings.error("`packages` is no list of tables", list->place);
    return packages;
  }
  for (const auto& entry : list->items()) {
    if (auto package = package_from(entry, findings)) {
      packages.push_back(std::move(*package));
    }
  }
  return packages;
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
  Findings findings;
  const auto file = findings.add_source({"pylock.toml", std::string(text)});
  const auto document = config::read_toml(file, findings);
  auto packages = document ? packages_from(*document, findings) : std::vector<LockedPackage>{};
  if (!findings.has_errors()) {
    return packages;
  }
  Error error;
  error.diagnostics = findings.take();
  auto& first = error.diagnostics.front();
  first.message = fmt::format("`pylock.toml` cannot be read: {}", first.message);
  first.hints.emplace_back("remove it and run `pyw sync`: a fresh one is made from `pyproject.toml`");
  return failure(std::move(error));
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
