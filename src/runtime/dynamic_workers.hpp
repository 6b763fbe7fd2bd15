// Workers that a Worker loads while it runs (`worker_loaders`). workerd does it, but for those in Python it
// would fetch a Python of its own; a module of ours before its binding gives them the guest instead
// (guest/dynamic_workers.js). What the guest is made of, that module reads from a file in the run directory.
#pragma once

#include <runtime/local_services.hpp>
#include <runtime/plan.hpp>

#include <optional>
#include <string>

namespace pyw::runtime {

/// The file's name in the run directory.
inline constexpr std::string_view dynamic_workers_file = "dynamic.json";

/// The bindings of the project's Worker Loaders. A Worker in JavaScript has no Python to give
/// (`ServiceInput::dynamic_workers` is empty then): it can load Workers in JavaScript only.
void add_worker_loaders(const ServiceInput& input, LocalServices& out);

/// The file's text: which files are the guest's modules, the settings that all loaded Workers share, and how
/// flags are decided. `snapshot`: a memory snapshot of Python alone, to continue from.
[[nodiscard]] std::string dynamic_workers_text(const PlanInput& input, const std::optional<Path>& snapshot);

} // namespace pyw::runtime
