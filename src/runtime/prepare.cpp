#include <base/hash.hpp>
#include <runtime/compiled_config.hpp>
#include <runtime/dynamic_workers.hpp>
#include <runtime/entry_scan.hpp>
#include <runtime/handover.hpp>
#include <runtime/javascript_worker.hpp>
#include <runtime/local_services.hpp>
#include <runtime/mock_worker.hpp>
#include <runtime/plan.hpp>
#include <runtime/prepare.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::runtime {

namespace {

/// Names to export: what the entry's text shows, and what the configuration asks for.
std::vector<std::string> export_names(const config::Project& project, std::string_view entry) {
  auto names = exportable_names(entry);
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const auto& item : project.durable_objects) {
    add(item.class_name);
  }
  for (const auto& item : project.workflows) {
    add(item.class_name);
  }
  for (const auto& item : project.exports) {
    add(item.class_name);
  }
  for (const auto& item : project.services) {
    if (item.entrypoint) {
      add(*item.entrypoint);
    }
  }
  return names;
}

Result<std::map<std::string, std::string>> asset_files(const config::Project& project,
                                                       const ReadOnlyFileSystem& files) {
  std::map<std::string, std::string> result;
  if (!project.assets || !project.assets->directory) {
    return result;
  }
  const auto folder = project.root / *project.assets->directory;
  if (!files.is_directory(folder)) {
    return failure(Error{
        ErrorKind::user,
        {project.diagnose(Severity::error,
                          fmt::format("the assets directory `{}` does not exist", *project.assets->directory),
                          project.assets->place)}});
  }
  for (const auto& [key, name] :
       {std::pair{"headers", "_headers"}, {"redirects", "_redirects"}, {"ignore", ".assetsignore"}}) {
    PYW_TRY_ASSIGN(auto text, files.read_if_exists(folder / name));
    if (text) {
      result[key] = std::move(*text);
    }
  }
  return result;
}

/// Everything that the configuration names or embeds, by content, but for the settings.
Result<std::string> embedded_digest(const ConfigPlan& plan,
                                    const bundle::BundleManifest& bundle,
                                    const RuntimeParts& parts,
                                    const StagedWorker& staged,
                                    const ReadOnlyFileSystem& files) {
  std::string all = plan.config + plan.main_module + staged.guest.string() + parts.workerd.string() +
                    parts.pyodide.string();
  for (const auto& module : bundle.modules) {
    if (module.kind != bundle::ModuleKind::python && module.origin == bundle::Origin::own) {
      PYW_TRY_ASSIGN(const auto content, files.read(module.source));
      all += sha256_hex(content);
    }
  }
  if (is_javascript(bundle)) { // its entry is embedded as well
    all += staged.own_digest;
  }
  return sha256_hex(all + staged.packages.digest);
}

/// The run directory is made anew for each start: nothing in it need outlive a crash of the system, and what
/// is there already is not written again (a flush to disk takes longer than all of the preparation).
Result<void> put(const Path& path, std::string_view content, std::uint32_t mode, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto before, files.read_if_exists(path));
  if (before == content) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto writer, files.create(path, mode));
  PYW_TRY(writer->write(content));
  return writer->commit();
}

} // namespace

Command serve_command(const RuntimeParts& parts, const Path& socket) {
  return {{parts.workerd.string(),
           "serve",
           "-I",
           "/",
           "--experimental",
           "--control-fd=3",
           "--socket-addr",
           "http=unix:" + socket.string()}};
}

Command serve_command_on(const RuntimeParts& parts, int listener) {
  constexpr int inherited = 4; // the number in the child; 3 is for control
  Command command{{parts.workerd.string(),
                   "serve",
                   "-I",
                   "/",
                   "--experimental",
                   "--control-fd=3",
                   fmt::format("--socket-fd=http={}", inherited)}};
  command.descriptors.emplace_back(inherited, listener);
  return command;
}

Result<PreparedRuntime> prepare(const config::Project& project,
                                const bundle::BundleManifest& bundle,
                                const RuntimeParts& parts,
                                const StagedWorker& staged,
                                const PrepareOptions& options,
                                World& world) {
  auto& files = world.files;
  const auto& run = options.run_directory;
  PYW_TRY_ASSIGN(const auto assets, asset_files(project, files));
  GuestFiles guest_files{staged.guest,
                         staged.code.library,
                         staged.code.library_is_archive,
                         {staged.packages.pack},
                         staged.own_pack,
                         staged.packages.libraries};
  if (staged.code.packages) {
    guest_files.session.push_back(*staged.code.packages);
  }

  const auto exports = export_names(project, staged.entry_text);
  const auto handlers = module_handlers(staged.entry_text);
  PlanInput input{project,
                  bundle,
                  parts,
                  guest_files,
                  run,
                  options.state_directory,
                  options.registry,
                  exports,
                  handlers,
                  world.environment,
                  assets,
                  options.observe,
                  options.events,
                  nullptr,
                  options.served,
                  options.ahead};
  std::optional<MockWorker> mock;
  std::optional<PlanInput> mock_input;
  if (options.mock && !is_javascript(bundle)) {
    PYW_TRY_ASSIGN(mock, MockWorker::load(project, *options.mock, guest_files, run, files));
    mock_input.emplace(mock->input(input));
    input.mock = &*mock_input;
  }
  PYW_TRY_ASSIGN(const auto plan, plan_config(input));
  const auto settings = options.snapshot ? with_snapshot(plan.settings, *options.snapshot) : plan.settings;
  PreparedRuntime prepared;
  PYW_TRY_ASSIGN(const auto embedded, embedded_digest(plan, bundle, parts, staged, files));
  const auto embedded_and_mock = embedded + (mock ? mock->digest() : "");
  prepared.config_key = sha256_hex(embedded_and_mock + settings);
  prepared.reuse_key = sha256_hex(embedded_and_mock + plan.settings);
  prepared.acts_by_itself = acts_by_itself(project);
  PYW_TRY(announce_config(run, prepared.config_key, files));
  PYW_TRY(put(run / "config.capnp", plan.config, 0600, files)); // secrets stand in it
  PYW_TRY(put(run / "main.js", plan.main_module, 0644, files));
  PYW_TRY(put(run / "settings.json", settings, 0644, files));
  if (!project.worker_loaders.empty() && !is_javascript(bundle)) {
    PYW_TRY(put(run / dynamic_workers_file, dynamic_workers_text(input, options.base_snapshot), 0644, files));
  }
  if (options.ahead == Ahead::yes) {
    PYW_TRY(put(run / "ahead.json", ahead_text(settings, staged, run), 0644, files));
    PYW_TRY(files.remove_all(handover_file(run)));
  }
  if (!options.served.control.empty()) {
    PYW_TRY_ASSIGN(prepared.handover, plan_handover(input, plan, settings, staged, files));
  }
  if (mock) {
    PYW_TRY(put(mock->run_directory() / "main.js", plan.mock_main_module, 0644, files));
    PYW_TRY(put(mock->run_directory() / "settings.json", plan.mock_settings, 0644, files));
  }
  for (const auto& directory : plan.directories) {
    PYW_TRY(files.make_directories(directory));
  }
  PYW_TRY(files.make_directories(options.socket.parent_path()));
  PYW_TRY(files.remove_all(options.socket)); // bind(2) refuses a name that is there

  prepared.command = serve_command(parts, options.socket);
  const auto& control = options.served.control;
  if (!options.debug_socket.empty()) {
    PYW_TRY(files.remove_all(options.debug_socket));
    prepared.command.argv.push_back("--debug-port=unix:" + options.debug_socket.string());
  }
  prepared.entry_service = plan.entry_service;
  const auto compiled = compiled_config(run, prepared.config_key);
  prepared.is_compiled = files.is_file(compiled);
  if (prepared.is_compiled) {
    prepared.command.argv.insert(prepared.command.argv.end(), {"--binary", compiled.string()});
  } else {
    prepared.command.argv.push_back((run / "config.capnp").string());
  }
  const auto known_by = control.empty() ? "" : "?control=" + control;
  prepared.alive_path = "/cdn-cgi/pyw/alive" + known_by; // guest/front.js, guest/edge_front.js
  prepared.start_path = "/cdn-cgi/pyw/start" + known_by;
  if (!options.served.links.empty() && has_own_workflows(project)) {
    prepared.busy_path = "/cdn-cgi/pyw/busy" + known_by;
  }
  prepared.prepare_path = "/cdn-cgi/pyw/prepare" + known_by;
  prepared.rehearse_path = "/cdn-cgi/pyw/rehearse" + known_by;
  prepared.events_path = "/cdn-cgi/pyw/let-events-in";
  prepared.fingerprint = sha256_hex(plan.config + plan.main_module + plan.settings + staged.packages.digest +
                                    staged.own_digest + (mock ? mock->digest() : ""));
  prepared.has_storage = plan.has_storage;
  prepared.warnings = plan.warnings;
  return prepared;
}

} // namespace pyw::runtime
