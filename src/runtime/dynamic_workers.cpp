#include <runtime/compatibility.hpp>
#include <runtime/dynamic_workers.hpp>
#include <runtime/guest_worker.hpp>

#include <nlohmann/json.hpp>

namespace pyw::runtime {

void add_worker_loaders(const ServiceInput& input, LocalServices& out) {
  if (input.project.worker_loaders.empty()) {
    return;
  }
  constexpr std::string_view module = "pyw:dynamic-workers";
  add_binding_module(out, module, capnp_embed((input.guest / "dynamic_workers.js").string()));
  add_binding_module(out, "pyw:files", capnp_embed((input.guest / "files.js").string())); // it imports that
  for (const auto& loader : input.project.worker_loaders) {
    out.bindings.push_back(
        wrapped(loader.binding,
                module,
                {binding("loader", "workerLoader", capnp_struct({{"id", capnp_string(loader.binding)}})),
                 binding("files", "service", capnp_string("files")),
                 binding("description", "text", capnp_string(input.dynamic_workers.string()))}));
  }
}

std::string dynamic_workers_text(const PlanInput& input, const std::optional<Path>& snapshot) {
  nlohmann::ordered_json modules;
  for (const auto& [name, kind, file] : guest_modules(input)) {
    modules[name] = file.string(); // all as modules: there is no evaluator
  }
  modules["pyodide.asm.wasm"] = (input.parts.pyodide / "pyodide.asm.wasm").string();
  auto settings = nlohmann::ordered_json::parse(settings_text(input));
  for (const auto* const key : {"entry", "exports", "handlers", "expected", "eventsWait", "subrequests"}) {
    settings.erase(key); // the parent's own
  }
  settings["sourceRoot"] = "";
  settings["expected"] = nlohmann::ordered_json::array();
  settings["packs"].erase("own");
  if (snapshot) {
    settings["snapshot"] = snapshot->generic_string();
  }
  const nlohmann::ordered_json all{
      {"modules", modules}, {"settings", settings}, {"flagRules", python_flag_rules()}};
  return all.dump(2) + "\n";
}

} // namespace pyw::runtime
