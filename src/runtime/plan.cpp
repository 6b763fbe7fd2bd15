#include <runtime/capnp_text.hpp>
#include <runtime/compatibility.hpp>
#include <runtime/data_service.hpp>
#include <runtime/dynamic_workers.hpp>
#include <runtime/guest_worker.hpp>
#include <runtime/javascript_worker.hpp>
#include <runtime/local_services.hpp>
#include <runtime/plan.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

/// MB of a half of V8's young generation to begin with, which is 1 by default and grows. A start of Python
/// makes some 20 MB of objects, of which V8 collects several times otherwise. Measured with FastAPI: 14 ms of
/// a cold start, and as much memory as before at the first answer and after 5,000; with 16 it was 40 MB more.
constexpr int first_semi_space = 8;

bool is_for_everybody(const PlanInput& input) {
  return !input.served.control.empty();
}

/// Whether pyw's socket leads into the Worker's own isolate (guest/entrypoint.js, frontClass): static assets
/// come before the Worker, and one in JavaScript is not ours to add an export to.
bool is_own_front(const PlanInput& input, const LocalServices& services) {
  return !is_javascript(input.bundle) && services.entry == worker_service;
}

std::string
worker_service_text(const PlanInput& input, std::string_view name, const LocalServices& services) {
  std::vector<std::string> flags;
  for (const auto& flag : worker_flags(input)) {
    flags.push_back(capnp_string(flag));
  }
  auto bindings = services.bindings;
  // guest/counted_worker.js hides it, where it can.
  const auto is_hidden = std::ranges::find(flags, "\"disallow_importable_env\"") == flags.end();
  if (is_javascript(input.bundle) && subrequest_limit(input) && is_hidden) {
    bindings.push_back(binding("__pyw_fetcher", "service", capnp_string(name)));
  }
  if (!is_javascript(input.bundle)) { // for the guest alone: guest/shims.js hides them from the Worker
    bindings.insert(bindings.begin(),
                    {binding("__pyw_evaluator", "unsafeEval", "void"),
                     binding("__pyw_files", "service", capnp_string("files"))});
    if (name == worker_service && is_own_front(input, services)) {
      bindings.push_back(binding(front_name, "service", capnp_string(front_service)));
    }
    if (!own_object_classes(input.project).empty()) {
      bindings.push_back(binding("__pyw_names", "service", capnp_string(object_names)));
    }
  }
  std::vector<CapnpField> fields{
      {"compatibilityDate", capnp_string(input.project.compatibility_date.value)},
      {"compatibilityFlags", capnp_list(flags, 6)},
      {"modules", capnp_list(worker_modules(input), 6)},
      {"bindings", capnp_list(bindings, 6)},
  };
  if (input.observe == Observe::yes) {
    fields.emplace_back("tails", "[" + designator(front_service, tail_entrypoint, "") + "]");
  }
  fields.insert(fields.end(), services.worker_fields.begin(), services.worker_fields.end());
  return capnp_struct({{"name", capnp_string(name)}, {"worker", capnp_struct(fields)}});
}

std::vector<std::string> front_modules(const PlanInput& input, const LocalServices& services) {
  const std::string file = is_for_everybody(input) ? "edge_front.js" : "front.js";
  auto main = fmt::format("export * from \"./{0}\";\nexport {{ default }} from \"./{0}\";\n", file);
  std::vector files{file, std::string("failed.js")};
  if (input.observe == Observe::yes) {
    main += fmt::format("export {{ default as {} }} from \"./tail.js\";\n", tail_entrypoint);
    files.emplace_back("tail.js");
  }
  if (!services.front_modules.empty()) {
    main += fmt::format("export {{ default as {} }} from \"./data/api.js\";\n", data_entrypoint);
  }
  std::vector<std::string> modules{capnp_module("main.js", "esModule", capnp_string(main))};
  for (const auto& name : files) {
    modules.push_back(embedded_script(name, input.files.guest / name));
  }
  modules.insert(modules.end(), services.front_modules.begin(), services.front_modules.end());
  return modules;
}

std::string front_service_text(const PlanInput& input, const LocalServices& services) {
  std::vector<std::string> bindings{
      binding("WORKER", "service", capnp_string(services.entry)),
      binding("EVENTS", "service", capnp_string(worker_service)),
      is_for_everybody(input) ? binding("CONTROL", "text", capnp_string(input.served.control))
                              : binding("DATA", "service", designator(front_service, data_entrypoint, ""))};
  if (is_for_everybody(input) && input.observe == Observe::yes) {
    bindings.push_back(binding("TAIL", "service", designator(front_service, tail_entrypoint, "")));
  }
  if (!is_javascript(input.bundle)) {
    bindings.push_back(binding("START", "service", designator(worker_service, starter_name, "")));
  }
  if (!input.served.links.empty() && has_own_workflows(input.project)) { // else it is workerd's engine
    bindings.push_back(binding("WORKFLOWS", "service", designator("workflows", "Activity", "")));
  }
  bindings.insert(bindings.end(), services.front_bindings.begin(), services.front_bindings.end());
  return capnp_struct({{"name", capnp_string(front_service)},
                       {"worker",
                        capnp_struct({{"compatibilityDate", "\"2026-01-01\""},
                                      {"compatibilityFlags", "[\"service_binding_extra_handlers\"]"},
                                      {"modules", capnp_list(front_modules(input, services), 6)},
                                      {"bindings", capnp_list(bindings, 6)}})}});
}

std::string config_text(const PlanInput& input, LocalServices services) {
  std::vector<std::string> all{
      worker_service_text(input, worker_service, services),
      front_service_text(input, services),
      "(name = \"files\", disk = (path = \"/\", allowDotfiles = true))",
      // The default reaches public addresses only; people run databases and mocks beside `pyw dev`.
      fmt::format("(name = \"internet\", network = (allow = [{}], tlsOptions = (trustBrowserCas = true)))",
                  is_for_everybody(input) ? "\"public\"" : "\"public\", \"private\"")};
  if (input.mock != nullptr) {
    all.push_back(worker_service_text(*input.mock, mock_service, {}));
  }
  all.insert(all.end(), services.services.begin(), services.services.end());
  const auto rest = fmt::format("  sockets = [(name = \"http\", address = \"127.0.0.1:0\", service = {},\n"
                                "    http = (forwardedProtoHeader = \"X-Forwarded-Proto\"))],\n"
                                "  structuredLogging = true,\n"
                                "  v8Flags = [\"--min-semi-space-size={}\"],\n",
                                is_own_front(input, services) ? designator(worker_service, front_name, "")
                                                              : capnp_string(front_service),
                                first_semi_space);
  return workerd_config(all, services.extensions, rest);
}

} // namespace

bool acts_by_itself(const config::Project& project) {
  return !project.durable_objects.empty() || !project.workflows.empty() || !project.queue_producers.empty() ||
         !project.queue_consumers.empty() || (project.crons && !project.crons->empty()) ||
         !project.exports.empty();
}

Result<ConfigPlan> plan_config(const PlanInput& input) {
  const auto& project = input.project;
  if (project.python_version == config::PythonVersion::python_3_12) {
    return failure(
        Error{ErrorKind::user,
              {project.diagnose(
                  Severity::error,
                  "Python 3.12, which this compatibility date and these flags choose, cannot be run locally",
                  project.compatibility_date.place,
                  {"add the compatibility flag `python_workers_20250116` for Python 3.13, or "
                   "`python_workers_20260610` for Python 3.14"})}});
  }
  static const std::vector<std::string> nothing_mocked;
  const ServiceInput service_input{project,
                                   input.parts,
                                   input.state_directory,
                                   input.files.guest,
                                   input.registry,
                                   input.environment,
                                   input.asset_files,
                                   input.mock != nullptr ? input.mock->exports : nothing_mocked,
                                   input.served.stores,
                                   input.served.links,
                                   input.served.queues,
                                   input.served.object_keys,
                                   is_javascript(input.bundle) ? Path()
                                                               : input.run_directory / dynamic_workers_file};
  PYW_TRY_ASSIGN(auto services, local_services(service_input));
  if (!is_for_everybody(input)) {
    add_data_api(service_input, services);
  }
  ConfigPlan plan;
  plan.main_module = main_module(input);
  plan.settings = settings_text(input);
  if (input.mock != nullptr) {
    plan.mock_main_module = main_module(*input.mock);
    plan.mock_settings = settings_text(*input.mock);
  }
  plan.directories = services.directories;
  plan.warnings = services.warnings;
  plan.has_storage = services.has_storage;
  plan.entry_service = services.entry;
  plan.is_plain = services.entry == worker_service && !acts_by_itself(project) && project.services.empty() &&
                  services.bindings.size() == plain_values(project).size();
  plan.config = config_text(input, std::move(services));
  return plan;
}

std::string with_snapshot(const std::string& settings, const Path& snapshot) {
  auto json = ordered_json::parse(settings);
  json["snapshot"] = snapshot.generic_string();
  return json.dump(2) + "\n";
}

} // namespace pyw::runtime
