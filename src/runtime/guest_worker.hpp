// A Worker in Python as workerd sees it: its main module, its settings for the guest, its list of modules.
#pragma once

#include <runtime/guest_modules.hpp>
#include <runtime/plan.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// The export that only waits until Python has started.
inline constexpr std::string_view starter_name = "__pyw_start";

/// The export that pyw's socket leads to, and the binding through which it reaches the service `front`.
inline constexpr std::string_view front_name = "__pyw_front";

/// The compatibility flags as the configuration has them.
[[nodiscard]] std::vector<std::string> flag_texts(const config::Project& project);

/// Pyodide's version of the binary interface (PEP 783).
[[nodiscard]] std::string_view abi_of(config::PythonVersion version);

/// The module root below the project's root; empty when they are one.
[[nodiscard]] std::string source_root(const bundle::BundleManifest& bundle);

/// The name under which Python imports the entry.
[[nodiscard]] std::string entry_module(const bundle::BundleManifest& bundle);

/// Paths as settings.json has them.
[[nodiscard]] nlohmann::ordered_json path_list(const std::vector<Path>& paths);

/// How many requests a run of a handler may make (guest/subrequests.js): the project's `limits.subrequests`;
/// else, served to everybody, what the platform allows paid plans
/// (developers.cloudflare.com/workers/platform/limits, 2026-11). nullopt: they are not counted.
[[nodiscard]] std::optional<std::int64_t> subrequest_limit(const PlanInput& input);

/// The flags that workerd gets: the project's, for Python fitted to the guest (runtime/compatibility.hpp),
/// and what counting requests needs.
[[nodiscard]] std::vector<std::string> worker_flags(const PlanInput& input);

/// main.js: the exports must stand in its text. For a Worker in JavaScript empty, but where requests are
/// counted.
[[nodiscard]] std::string main_module(const PlanInput& input);

/// settings.json, without what differs from start to start (see with_start).
[[nodiscard]] std::string settings_text(const PlanInput& input);

/// The guest's modules in JavaScript that every Worker in Python has.
[[nodiscard]] std::vector<GuestModule> guest_modules(const PlanInput& input);

/// Whether workerd is to know a module: JavaScript may import it. Python finds its own in the packs.
[[nodiscard]] bool is_listed(const bundle::Module& module);

/// The `modules` of the service, for a Worker in JavaScript those of its own.
[[nodiscard]] std::vector<std::string> worker_modules(const PlanInput& input);

} // namespace pyw::runtime
