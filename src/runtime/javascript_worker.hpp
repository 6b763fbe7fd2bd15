// A Worker in JavaScript, beside those in Python: its modules as they are, nothing of the guest.
#pragma once

#include <runtime/plan.hpp>

namespace pyw::runtime {

/// Whether the Worker's entry is JavaScript.
[[nodiscard]] bool is_javascript(const bundle::BundleManifest& bundle);

/// `(name = "a.js", esModule = embed "/…/a.js")`; `kind` is a field of workerd's Worker.Module.
[[nodiscard]] std::string module_entry(std::string_view name, std::string_view kind, const Path& file);

/// The field for a module that JavaScript can import; empty for others (Python finds every file in its
/// folder).
[[nodiscard]] std::string_view javascript_kind(const bundle::Module& module);

/// The `modules` of its service, the entry first.
[[nodiscard]] std::vector<std::string> javascript_modules(const bundle::BundleManifest& bundle);

} // namespace pyw::runtime
