#include <runtime/capnp_text.hpp>
#include <runtime/compatibility.hpp>
#include <runtime/guest_worker.hpp>
#include <runtime/javascript_worker.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

// Names of our own among the Worker's modules (guest/host.js refuses to import them).
constexpr std::string_view main_name = "__pyw_main.js";
constexpr std::string_view own_folder = "__pyw/";

std::string own_name(std::string_view name) {
  return std::string(own_folder) + std::string(name);
}

// --- main.js ---

// --- settings.json ---

/// A class that the configuration names, and where: the guest checks that the code has it.
ordered_json expected_class(const config::Project& project,
                            const std::string& name,
                            const char* kind,
                            const config::Place& place) {
  const auto where = project.diagnose(Severity::error, "", place);
  return {{"name", name},
          {"kind", kind},
          {"path", where.location.path},
          {"line", where.location.line},
          {"column", where.location.column},
          {"source", where.snippet}};
}

ordered_json expected_classes(const config::Project& project) {
  auto expected = ordered_json::array();
  const auto own = [&](const config::OptionalText& script) {
    return !script || script->empty() || *script == project.name.value;
  };
  for (const auto& item : project.durable_objects) {
    if (own(item.script_name)) {
      expected.push_back(expected_class(project, item.class_name, "durableObject", item.place));
    }
  }
  for (const auto& item : project.workflows) {
    if (own(item.script_name)) {
      expected.push_back(expected_class(project, item.class_name, "workflow", item.place));
    }
  }
  for (const auto& item : project.services) {
    if (item.service == project.name.value && item.entrypoint) {
      expected.push_back(expected_class(project, *item.entrypoint, "worker", item.place));
    }
  }
  return expected;
}

/// What each exported class is: the configuration says it for Durable Objects and workflows, all others are
/// asked for as ordinary entrypoints, if at all.
ordered_json exported_classes(const PlanInput& input) {
  std::map<std::string, std::string> kinds;
  for (const auto& entry : expected_classes(input.project)) {
    kinds[entry["name"]] = entry["kind"];
  }
  for (const auto& item : input.project.exports) {
    if (item.type == config::Export::Type::durable_object) {
      kinds[item.class_name] = "durableObject";
    } else if (item.type == config::Export::Type::workflow) {
      kinds[item.class_name] = "workflow";
    }
  }
  auto classes = ordered_json::array();
  for (const auto& name : input.exports) {
    const auto kind = kinds.find(name);
    classes.push_back({{"name", name}, {"kind", kind == kinds.end() ? "worker" : kind->second}});
  }
  return classes;
}

// --- config.capnp ---

} // namespace

// Pyodide's version of the binary interface, PEP 783.
std::string_view abi_of(config::PythonVersion version) {
  return version == config::PythonVersion::python_3_13 ? "2025_0" : "2026_0";
}

std::string source_root(const bundle::BundleManifest& bundle) {
  const auto root = bundle.module_root.lexically_relative(bundle.project_root).generic_string();
  return root == "." ? "" : root;
}

std::string entry_module(const bundle::BundleManifest& bundle) {
  const auto& path = bundle.entry.path;
  auto stem = path.substr(0, path.rfind('.'));
  std::ranges::replace(stem, '/', '.');
  return stem;
}

ordered_json path_list(const std::vector<Path>& paths) {
  auto list = ordered_json::array();
  for (const auto& path : paths) {
    list.push_back(path.generic_string());
  }
  return list;
}

std::vector<std::string> flag_texts(const config::Project& project) {
  std::vector<std::string> flags;
  for (const auto& flag : project.compatibility_flags) {
    flags.push_back(flag.value);
  }
  return flags;
}

std::optional<std::int64_t> subrequest_limit(const PlanInput& input) {
  constexpr std::int64_t of_paid_plans = 10'000;
  const auto configured = input.project.limit("subrequests");
  return configured || input.served.control.empty() ? configured : of_paid_plans;
}

std::vector<std::string> worker_flags(const PlanInput& input) {
  auto flags = flag_texts(input.project);
  if (!is_javascript(input.bundle)) {
    flags = workerd_flags(input.project.compatibility_date.value, flags);
  }
  if (subrequest_limit(input) && std::ranges::find(flags, "nodejs_als") == flags.end()) {
    flags.emplace_back("nodejs_als"); // asynchronous contexts
  }
  return flags;
}

namespace {

/// The line that imports the module which counts requests, and the argument that hands it on; both empty
/// where they are not counted.
struct CounterText {
  std::string import;
  std::string argument;
};

CounterText counter_text(const PlanInput& input) {
  if (!subrequest_limit(input)) {
    return {};
  }
  return {fmt::format("import * as counter from \"./{}subrequests.js\";\n", own_folder), ", counter"};
}

/// Of a process that will learn its Worker later.
std::string waiting_main_module(const CounterText& counter) {
  return fmt::format("// Generated by pyw.\n"
                     "import \"./{0}shims.js\";\n"
                     "import {{ declarePrepared }} from \"./{0}prepared.js\";\n"
                     "import ahead from \"./{0}ahead.json\";\n"
                     "{3}"
                     "\n"
                     "const prepared = declarePrepared(ahead, (name) => import(name){4});\n"
                     "export default prepared.default;\n"
                     "export const {1} = prepared.starter;\n"
                     "export const {2} = prepared.front;\n",
                     own_folder,
                     starter_name,
                     front_name,
                     counter.import,
                     counter.argument);
}

} // namespace

/// Before one in JavaScript, where its requests are counted; else it has none.
std::string counted_main_module(const PlanInput& input) {
  const auto limit = subrequest_limit(input);
  if (!limit) {
    return {};
  }
  const auto entry = ordered_json("./" + input.bundle.entry.path).dump();
  return fmt::format("// Generated by pyw.\n"
                     "import {{ counted }} from \"./{1}counted_worker.js\";\n"
                     "import * as worker from {0};\n"
                     "\n"
                     "export * from {0};\n"
                     "export default counted(worker, {2});\n",
                     entry,
                     own_folder,
                     *limit);
}

/// Exports must stand in the text. The indirection allows names that are words of JavaScript.
std::string main_module(const PlanInput& input) {
  if (is_javascript(input.bundle)) {
    return counted_main_module(input);
  }
  const auto counter = counter_text(input);
  if (input.ahead == Ahead::yes) {
    return waiting_main_module(counter);
  }
  auto text = fmt::format("// Generated by pyw.\n"
                          "import \"./{0}shims.js\";\n"
                          "import {{ declare }} from \"./{0}entrypoint.js\";\n"
                          "import settings from \"./{0}settings.json\";\n"
                          "{3}"
                          "\n"
                          "const worker = declare(settings, (name) => import(name){4});\n"
                          "export default worker.default;\n"
                          "export const {1} = worker.starter;\n"
                          "export const {2} = worker.front;\n",
                          own_folder,
                          starter_name,
                          front_name,
                          counter.import,
                          counter.argument);
  std::size_t number = 0;
  for (const auto& name : input.exports) {
    if (name != "Default" && name != "default") {
      text += fmt::format(
          "const export{0} = worker.named(\"{1}\");\nexport {{ export{0} as {1} }};\n", number++, name);
    }
  }
  return text;
}

std::string settings_text(const PlanInput& input) {
  const auto& project = input.project;
  const auto flags = python_flags(project.compatibility_date.value, flag_texts(project));
  ordered_json packs{{"python", (input.parts.pyodide / "pyodide.asm.wasm").generic_string()},
                     {"library", path_list(input.files.library)},
                     {"session", path_list(input.files.session)},
                     {"own", path_list({input.files.own})}};
  if (input.files.libraries) {
    packs["libraries"] = input.files.libraries->generic_string();
  }
  if (input.files.library_is_archive) {
    packs["libraryZip"] = (input.parts.pyodide / "python_stdlib.zip").generic_string();
  }
  ordered_json settings{
      {"python", config::to_text(project.python_version)},
      {"abi", abi_of(project.python_version)},
      {"entry", entry_module(input.bundle)},
      {"sourceRoot", source_root(input.bundle)},
      {"legacyHandlers", !flags.at("python_no_global_handlers")},
      {"eventsWait", input.events == Events::when_told},
      {"processPth", flags.at("python_process_pth_files")},
      {"exports", exported_classes(input)},
      {"handlers", input.handlers},
      {"expected", expected_classes(project)},
      {"packs", packs},
      {"flags", flags},
  };
  if (!input.served.control.empty()) {
    settings["served"] = true;
  }
  if (const auto limit = subrequest_limit(input)) {
    settings["subrequests"] = *limit;
  }
  return settings.dump(2) + "\n";
}

bool is_listed(const bundle::Module& module) {
  return !javascript_kind(module).empty() &&
         (module.origin == bundle::Origin::own || module.kind == bundle::ModuleKind::es_module);
}

std::vector<GuestModule> guest_modules(const PlanInput& input) {
  auto modules = python_modules(input.files.guest, input.parts.pyodide);
  for (const std::string_view name : {"entrypoint.js", "failed.js"}) {
    modules.push_back(guest_module(input.files.guest, name));
  }
  modules.push_back(guest_module(input.files.guest / "data", "object_methods.js"));
  return modules;
}

std::vector<std::string> worker_modules(const PlanInput& input) {
  const auto& files = input.files;
  std::vector<std::string> modules{embedded_script(main_name, input.run_directory / "main.js")};
  if (is_javascript(input.bundle)) {
    auto own = javascript_modules(input.bundle);
    if (!subrequest_limit(input)) {
      return own;
    }
    for (const auto* const name : {"counted_worker.js", "subrequests.js"}) {
      modules.push_back(embedded_script(own_name(name), files.guest / name));
    }
    modules.insert(modules.end(), own.begin(), own.end());
    return modules;
  }
  for (const auto& [name, kind, file] : guest_modules(input)) {
    modules.push_back(embedded_module(own_name(name), kind, file));
  }
  if (subrequest_limit(input)) {
    modules.push_back(embedded_script(own_name("subrequests.js"), files.guest / "subrequests.js"));
  }
  if (input.ahead == Ahead::yes) {
    modules.push_back(embedded_script(own_name("prepared.js"), files.guest / "prepared.js"));
    modules.push_back(embedded_module(own_name("ahead.json"), "json", input.run_directory / "ahead.json"));
    return modules;
  }
  modules.push_back(
      embedded_module(own_name("settings.json"), "json", input.run_directory / "settings.json"));
  for (const auto& module : input.bundle.modules) {
    if (is_listed(module)) {
      modules.push_back(embedded_module(module.path, javascript_kind(module), module.source));
    }
  }
  return modules;
}

} // namespace pyw::runtime
