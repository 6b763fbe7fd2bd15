#include <base/hash.hpp>
#include <runtime/guest_worker.hpp>
#include <runtime/handover.hpp>
#include <runtime/javascript_worker.hpp>
#include <runtime/local_services.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

/// The SDK's JavaScript is for workflows only.
constexpr std::string_view sdk_folder = "python_modules/workers/";

bool has_javascript(const bundle::BundleManifest& bundle) {
  return is_javascript(bundle) || std::ranges::any_of(bundle.modules, [](const bundle::Module& module) {
           return is_listed(module) && !module.path.starts_with(sdk_folder);
         });
}

/// Everything in which the configurations of two plain Workers may differ, but for their values and exports.
std::string key_of(const PlanInput& input) {
  ordered_json parts{input.project.compatibility_date.value,
                     flag_texts(input.project),
                     input.files.guest.string(),
                     input.parts.workerd.string(),
                     input.parts.pyodide.string()};
  return sha256_hex(parts.dump());
}

ordered_json environment_of(const config::Project& project) {
  auto out = ordered_json::object();
  for (const auto& [name, is_json, value] : plain_values(project)) {
    out[name] = is_json ? ordered_json::parse(value.reveal()) : ordered_json(value.reveal());
  }
  return out;
}

} // namespace

Result<std::optional<Handover>> plan_handover(const PlanInput& input,
                                              const ConfigPlan& plan,
                                              const std::string& settings,
                                              const StagedWorker& staged,
                                              const ReadOnlyFileSystem& files) {
  if (!plan.is_plain || has_javascript(input.bundle)) {
    return std::nullopt;
  }
  auto json = ordered_json::parse(settings);
  if (!json.contains("snapshot")) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(const auto own, files.read(staged.own_pack));
  if (own.find("exports") != std::string::npos) { // `ctx.exports`: a waiting process has none of the Worker's
    return std::nullopt;
  }
  const ordered_json text{{"settings", std::move(json)},
                          {"packages", staged.packages.digest},
                          {"env", environment_of(input.project)}};
  return Handover{key_of(input), Secret(text.dump())};
}

config::Project without_values(config::Project project) {
  project.vars.clear();
  project.secrets.clear();
  project.version_metadata.reset();
  return project;
}

std::string ahead_text(const std::string& settings, const StagedWorker& staged, const Path& run_directory) {
  const ordered_json text{{"like", ordered_json::parse(settings)},
                          {"packages", staged.packages.digest},
                          {"worker", handover_file(run_directory).generic_string()}};
  return text.dump();
}

Path handover_file(const Path& run_directory) {
  return run_directory / "worker.json";
}

} // namespace pyw::runtime
