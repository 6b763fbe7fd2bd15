#include <bundle/project_source.hpp>

namespace pyw::bundle {

BundleSource source_of(const config::Project& project, const Path& entry) {
  BundleSource source;
  source.project_root = project.root;
  source.config_file = project.config_file;
  source.entry = entry;
  source.module_root =
      project.base_dir ? (project.root / project.base_dir->value).lexically_normal() : entry.parent_path();
  if (!source.module_root.has_filename() && source.module_root.has_parent_path()) {
    source.module_root = source.module_root.parent_path(); // "/p/app/" and "/p/app" are one folder
  }
  for (const auto& rule : project.rules) {
    if (const auto kind = module_kind_from_rule(rule.type)) {
      source.rules.push_back({*kind, rule.globs, rule.fallthrough ? std::optional(true) : std::nullopt});
    }
  }
  source.find_additional_modules = project.find_additional_modules;
  if (project.python_modules_exclude) {
    source.python_modules_exclude = *project.python_modules_exclude;
  }
  return source;
}

} // namespace pyw::bundle
