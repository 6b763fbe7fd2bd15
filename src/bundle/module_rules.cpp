#include <base/text.hpp>
#include <bundle/module_rules.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

namespace pyw::bundle {

namespace {

struct KindRow {
  ModuleKind kind;
  std::string_view rule_type;
  std::string_view content_type;
  std::string_view display_name;
};

constexpr std::array<KindRow, 7> kinds{{
    {ModuleKind::python, "PythonModule", "text/x-python", "python"},
    {ModuleKind::python_requirement, "PythonRequirement", "text/x-python-requirement", "python-requirement"},
    {ModuleKind::text, "Text", "text/plain", "text"},
    {ModuleKind::data, "Data", "application/octet-stream", "buffer"},
    {ModuleKind::compiled_wasm, "CompiledWasm", "application/wasm", "compiled-wasm"},
    {ModuleKind::es_module, "ESModule", "application/javascript+module", "esm"},
    {ModuleKind::common_js, "CommonJS", "application/javascript", "commonjs"},
}};

const KindRow& row_of(ModuleKind kind) {
  return *std::find_if(kinds.begin(), kinds.end(), [&](const auto& row) { return row.kind == kind; });
}

std::vector<ModuleRule> with_defaults(const std::vector<ModuleRule>& user) {
  auto rules = user;
  const auto python = [](const ModuleRule& rule) { return rule.kind == ModuleKind::python; };
  if (std::none_of(user.begin(), user.end(), python)) {
    rules.push_back({ModuleKind::python, {"**/*.py"}});
  }
  rules.push_back({ModuleKind::text, {"**/*.txt", "**/*.html", "**/*.sql"}});
  rules.push_back({ModuleKind::data, {"**/*.bin"}});
  rules.push_back({ModuleKind::compiled_wasm, {"**/*.wasm", "**/*.wasm?module"}});
  return rules;
}

std::string shown(const ModuleRule& rule) {
  return fmt::format("{} [{}]", row_of(rule.kind).rule_type, join(rule.globs, ", "));
}

} // namespace

std::string_view content_type(ModuleKind kind) {
  return row_of(kind).content_type;
}

std::string_view display_name(ModuleKind kind) {
  return row_of(kind).display_name;
}

std::optional<ModuleKind> module_kind_from_rule(std::string_view rule_type) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& row) { return row.rule_type == rule_type; });
  return found == kinds.end() ? std::nullopt : std::optional(found->kind);
}

ModuleRules::ModuleRules(const std::vector<ModuleRule>& user) {
  std::map<ModuleKind, ModuleRule> completed;
  for (const auto& rule : with_defaults(user)) {
    if (const auto last = completed.find(rule.kind); last != completed.end()) {
      if (!last->second.fallthrough) {
        m_warnings.push_back(
            fmt::format("the module rule {} is not used: {} comes first and has no `fallthrough`",
                        shown(rule),
                        shown(last->second)));
      }
      continue;
    }
    if (rule.fallthrough != true) {
      completed.emplace(rule.kind, rule);
    }
    m_rules.push_back({rule.kind, {rule.globs.begin(), rule.globs.end()}});
  }
}

std::optional<ModuleKind> ModuleRules::kind_of(std::string_view path) const {
  for (const auto& rule : m_rules) {
    const auto matches = [&](const ModuleGlob& glob) { return glob.matches(path); };
    if (std::any_of(rule.globs.begin(), rule.globs.end(), matches)) {
      return rule.kind;
    }
  }
  return std::nullopt;
}

} // namespace pyw::bundle
