#include <runtime/capnp_text.hpp>
#include <runtime/javascript_worker.hpp>

#include <fmt/core.h>

namespace pyw::runtime {

std::string_view javascript_kind(const bundle::Module& module) {
  using bundle::ModuleKind;
  switch (module.kind) {
  case ModuleKind::es_module:
    return "esModule";
  case ModuleKind::common_js:
    return "commonJsModule";
  case ModuleKind::compiled_wasm:
    return "wasm";
  case ModuleKind::text:
    return "text";
  case ModuleKind::data:
    return "data";
  default:
    return {};
  }
}

bool is_javascript(const bundle::BundleManifest& bundle) {
  return bundle.entry.kind != bundle::ModuleKind::python;
}

std::vector<std::string> javascript_modules(const bundle::BundleManifest& bundle) {
  std::vector<std::string> modules{embedded_script(bundle.entry.path, bundle.entry.source)};
  for (const auto& module : bundle.modules) {
    if (const auto kind = javascript_kind(module); !kind.empty() && module.origin == bundle::Origin::own) {
      modules.push_back(embedded_module(module.path, kind, module.source));
    }
  }
  return modules;
}

} // namespace pyw::runtime
