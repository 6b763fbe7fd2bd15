// A Worker in Python as workerd sees it: its main module, its settings for the guest, its list of modules.
#pragma once

#include <runtime/plan.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// The export that only waits until Python has started.
inline constexpr std::string_view starter_name = "__pyw_start";

/// The compatibility flags as the configuration has them.
[[nodiscard]] std::vector<std::string> flag_texts(const config::Project& project);

/// main.js: the exports must stand in its text.
[[nodiscard]] std::string main_module(const PlanInput& input);

/// settings.json, without what differs from start to start (see with_start).
[[nodiscard]] std::string settings_text(const PlanInput& input);

/// The `modules` of the service, for a Worker in JavaScript those of its own.
[[nodiscard]] std::vector<std::string> worker_modules(const PlanInput& input);

} // namespace pyw::runtime
