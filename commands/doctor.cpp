#include <base/platform.hpp>
#include <commands/doctor.hpp>
#include <commands/doctor_checks.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::commands {

namespace {

using Check = std::vector<Finding> (*)(Context&);

/// In the order in which they are told: what stops everything first, what takes time last.
constexpr std::array<Check, 8> checks{check_uv,
                                      check_parts,
                                      check_cache,
                                      check_libraries,
                                      check_port,
                                      check_watches,
                                      check_project,
                                      check_registries};

std::string_view to_text(Finding::Status status) {
  switch (status) {
  case Finding::Status::ok:
    return "ok";
  case Finding::Status::warning:
    return "warning";
  case Finding::Status::problem:
    break;
  }
  return "problem";
}

std::string to_text(const Finding& finding) {
  auto text = fmt::format("{:<8} {:<14} {}\n", to_text(finding.status), finding.check, finding.message);
  for (const auto& hint : finding.hints) {
    text += fmt::format("{:<23} hint: {}\n", "", hint);
  }
  return text;
}

nlohmann::json to_json(const Finding& finding) {
  return {{"check", finding.check},
          {"status", to_text(finding.status)},
          {"message", finding.message},
          {"hints", finding.hints}};
}

Result<int> run_doctor(Context& context) {
  auto rows = nlohmann::json::array();
  std::string text = fmt::format("pyw " PYW_VERSION " on {}\n", platform::machine_name());
  bool healthy = true;
  for (const auto check : checks) {
    for (const auto& finding : check(context)) {
      healthy = healthy && finding.status != Finding::Status::problem;
      rows.push_back(to_json(finding));
      text += to_text(finding);
    }
  }
  if (context.options.format == OutputFormat::json) {
    text = nlohmann::json{{"version", PYW_VERSION},
                          {"platform", platform::machine_name()},
                          {"healthy", healthy},
                          {"findings", rows}}
               .dump(2) +
           "\n";
  }
  context.world.reporter.data(text);
  return healthy ? 0 : 1;
}

} // namespace

CommandEntry doctor_command() {
  return {
      "doctor",
      "look for what is wrong on this machine and in this project",
      Group::tool,
      {{"pyw doctor", "each finding says what to do; exit code 1 when there is a problem"},
       {"pyw doctor --json --offline", "for a script, without asking the network"}},
      [](CLI::App&) -> Runner { return run_doctor; },
  };
}

} // namespace pyw::commands
