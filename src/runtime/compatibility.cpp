#include <runtime/compatibility.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::runtime {

namespace {

struct PythonFlag {
  std::string_view enable;
  std::string_view disable;
  std::string_view default_from; ///< YYYY-MM-DD; empty: never by date
};

// From workerd 2026-11-17.
constexpr std::array python_flag_table{
    PythonFlag{"python_check_rng_state", "disable_python_check_rng_state", "2025-12-16"},
    PythonFlag{"python_dedicated_snapshot", "disable_python_dedicated_snapshot", "2025-10-16"},
    PythonFlag{"python_no_global_handlers", "disable_python_no_global_handlers", "2025-08-14"},
    PythonFlag{"python_process_pth_files", "disable_python_process_pth_files", "2026-05-26"},
    PythonFlag{"python_request_headers_preserve_commas",
               "disable_python_request_headers_preserve_commas",
               "2026-02-17"},
    PythonFlag{
        "python_workflows_implicit_dependencies", "no_python_workflows_implicit_dependencies", "2026-02-25"},
};

bool contains(const std::vector<std::string>& flags, std::string_view flag) {
  return std::ranges::find(flags, flag) != flags.end();
}

bool concerns_python(std::string_view flag) {
  for (const std::string_view prefix : {"", "no_", "disable_", "enable_"}) {
    if (flag.starts_with(prefix) && flag.substr(prefix.size()).starts_with("python_")) {
      return true;
    }
  }
  return false;
}

} // namespace

PythonFlags python_flags(std::string_view date, const std::vector<std::string>& flags) {
  PythonFlags result;
  for (const auto& flag : python_flag_table) {
    const bool by_date = !flag.default_from.empty() && date >= flag.default_from;
    result[std::string(flag.enable)] =
        contains(flags, flag.enable) || (by_date && !contains(flags, flag.disable));
  }
  return result;
}

nlohmann::ordered_json python_flag_rules() {
  auto rules = nlohmann::ordered_json::array();
  for (const auto& flag : python_flag_table) {
    rules.push_back({{"enable", flag.enable}, {"disable", flag.disable}, {"since", flag.default_from}});
  }
  return rules;
}

std::vector<std::string> workerd_flags(std::string_view date, const std::vector<std::string>& flags) {
  std::vector<std::string> result;
  // Requests that arrive while Python starts wait for a promise of the request that started it.
  if (date < "2024-10-14") {
    result.emplace_back("handle_cross_request_promise_resolution");
  }
  for (const auto& flag : flags) {
    if (!concerns_python(flag) && flag != "disallow_importable_env" && !contains(result, flag)) {
      result.push_back(flag);
    }
  }
  return result;
}

} // namespace pyw::runtime
