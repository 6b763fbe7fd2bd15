// A Worker in JavaScript, beside those in Python: its modules as they are, nothing of the guest.
#pragma once

#include <runtime/plan.hpp>

namespace pyw::runtime {

/// Whether the Worker's entry is JavaScript.
[[nodiscard]] bool is_javascript(const bundle::BundleManifest& bundle);

/// The field for a module that JavaScript can import; empty for others (Python finds every file in its
/// folder).
[[nodiscard]] std::string_view javascript_kind(const bundle::Module& module);

/// The `modules` of its service, the entry first.
[[nodiscard]] std::vector<std::string> javascript_modules(const bundle::BundleManifest& bundle);

} // namespace pyw::runtime
