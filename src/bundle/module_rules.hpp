// Which kind of module a file becomes: the user's rules, then the platform's defaults.
#pragma once

#include <bundle/module_glob.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::bundle {

enum class ModuleKind { python, python_requirement, text, data, compiled_wasm, es_module, common_js };

/// "text/x-python", "application/octet-stream" …: the type that an uploaded module is labelled with.
[[nodiscard]] std::string_view content_type(ModuleKind kind);

/// "python", "buffer", "compiled-wasm" …: the word that tables show.
[[nodiscard]] std::string_view display_name(ModuleKind kind);

/// "PythonModule", "Text", "Data", "CompiledWasm", "ESModule", "CommonJS", "PythonRequirement"; nullopt for
/// others.
[[nodiscard]] std::optional<ModuleKind> module_kind_from_rule(std::string_view rule_type);

/// One rule of the configuration. Without `fallthrough = true` it is the last of its kind.
struct ModuleRule {
  ModuleKind kind = ModuleKind::text;
  std::vector<std::string> globs;
  std::optional<bool> fallthrough = {};
};

/// The rules that are in force: `user` first, then the defaults; a rule behind a completed one of its kind is
/// out.
class ModuleRules {
public:
  explicit ModuleRules(const std::vector<ModuleRule>& user);

  /// The kind of the first rule that matches; nullopt when the file is no module.
  [[nodiscard]] std::optional<ModuleKind> kind_of(std::string_view path) const;

  /// One line for each rule that shuts out later ones without saying so (`fallthrough` not given).
  [[nodiscard]] const std::vector<std::string>& warnings() const { return m_warnings; }

private:
  struct Compiled {
    ModuleKind kind;
    std::vector<ModuleGlob> globs;
  };

  std::vector<Compiled> m_rules;
  std::vector<std::string> m_warnings;
};

} // namespace pyw::bundle
