#include <base/hash.hpp>
#include <runtime/entry_scan.hpp>
#include <runtime/guest_store.hpp>
#include <runtime/javascript_worker.hpp>
#include <runtime/mock_worker.hpp>
#include <runtime/pack.hpp>
#include <runtime/package_snapshot.hpp>
#include <runtime/plan.hpp>
#include <runtime/prepare.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <random>

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

/// The Worker's own modules, small: compiled at each start.
Result<std::string> own_modules(const bundle::BundleManifest& bundle, const ReadOnlyFileSystem& files) {
  std::vector<PackSource> sources{{bundle.entry.path, bundle.entry.source}};
  for (const auto& module : bundle.modules) {
    if (module.origin == bundle::Origin::own) {
      sources.push_back({module.path, module.source});
    }
  }
  return make_pack(sources, files);
}

std::array<std::uint32_t, 4> random_seed() {
  std::random_device device; // getrandom(2) or rdrand under libstdc++ and libc++
  std::array<std::uint32_t, 4> seed{};
  std::ranges::generate(seed, [&] { return static_cast<std::uint32_t>(device()); });
  return seed;
}

/// What a Worker in Python starts from.
struct PythonSetup {
  GuestFiles files;
  std::optional<PackageSnapshot> snapshot;
  std::string packages_digest;
};

Result<PythonSetup> set_up_python(const config::Project& project,
                                  const bundle::BundleManifest& bundle,
                                  const RuntimeParts& parts,
                                  const Path& guest,
                                  const Path& run,
                                  World& world) {
  PYW_TRY_ASSIGN(const auto packages, store_packages(bundle, run, world.files));
  const auto code = store_byte_code(project, parts, guest, packages, world);
  PythonSetup setup{{guest, code.library, code.library_is_archive, {packages.pack}}, {}, packages.digest};
  if (code.packages) {
    setup.files.session.push_back(*code.packages);
  }
  setup.files.session.push_back(run / "app.pack");
  PYW_TRY_ASSIGN(setup.snapshot,
                 package_snapshot(project, bundle, parts, guest, code, packages, run, world.files));
  return setup;
}

} // namespace

Command serve_command(const RuntimeParts& parts, const Path& socket, const Path& config) {
  return {{parts.workerd.string(),
           "serve",
           "-I",
           "/",
           "--experimental",
           "--control-fd=3",
           "--socket-addr",
           "http=unix:" + socket.string(),
           config.string()}};
}

Result<PreparedRuntime> prepare(const config::Project& project,
                                const bundle::BundleManifest& bundle,
                                const RuntimeParts& parts,
                                const PrepareOptions& options,
                                World& world) {
  auto& files = world.files;
  const auto& run = options.run_directory;
  PYW_TRY_ASSIGN(const auto entry, files.read(bundle.entry.source));
  PYW_TRY_ASSIGN(const auto assets, asset_files(project, files));
  PYW_TRY_ASSIGN(const auto guest, store_guest(parts.cache, files));
  PYW_TRY_ASSIGN(const auto own, own_modules(bundle, files));
  PYW_TRY(files.write(run / "app.pack", own));
  PythonSetup python{{guest, {}, false, {}}, std::nullopt, {}};
  if (!is_javascript(bundle)) {
    PYW_TRY_ASSIGN(python, set_up_python(project, bundle, parts, guest, run, world));
  }
  const auto& snapshot = python.snapshot;
  const auto snapshot_file = snapshot && snapshot->exists ? std::optional(snapshot->file) : std::nullopt;
  const auto exports = export_names(project, entry);
  const auto handlers = module_handlers(entry);
  PlanInput input{project,
                  bundle,
                  parts,
                  python.files,
                  run,
                  options.state_directory,
                  options.registry,
                  exports,
                  handlers,
                  world.environment,
                  assets,
                  options.observe};
  std::optional<MockWorker> mock;
  std::optional<PlanInput> mock_input;
  if (options.mock && !is_javascript(bundle)) {
    PYW_TRY_ASSIGN(mock, MockWorker::load(project, *options.mock, python.files, run, files));
    mock_input.emplace(mock->input(input));
    input.mock = &*mock_input;
  }
  PYW_TRY_ASSIGN(const auto plan, plan_config(input));
  PYW_TRY(files.write(run / "config.capnp", plan.config, 0600)); // secrets stand in it
  PYW_TRY(files.write(run / "main.js", plan.main_module));
  PYW_TRY(files.write(run / "settings.json", with_start(plan.settings, random_seed(), snapshot_file)));
  if (mock) {
    PYW_TRY(files.write(mock->run_directory() / "main.js", plan.mock_main_module));
    PYW_TRY(files.write(mock->run_directory() / "settings.json",
                        with_start(plan.mock_settings, random_seed(), snapshot_file)));
  }
  for (const auto& directory : plan.directories) {
    PYW_TRY(files.make_directories(directory));
  }
  PYW_TRY(files.make_directories(options.socket.parent_path()));
  PYW_TRY(files.remove_all(options.socket)); // bind(2) refuses a name that is there
  PYW_TRY(files.remove_all(options.debug_socket));

  PreparedRuntime prepared;
  prepared.command = serve_command(parts, options.socket, run / "config.capnp");
  prepared.command.argv.insert(prepared.command.argv.end() - 1,
                               "--debug-port=unix:" + options.debug_socket.string());
  prepared.entry_service = plan.entry_service;
  if (snapshot) {
    prepared.background = snapshot->build;
  }
  prepared.start_path = "/cdn-cgi/pyw/start"; // guest/front.js
  prepared.fingerprint = sha256_hex(plan.config + plan.main_module + plan.settings + python.packages_digest +
                                    sha256_hex(own) + (mock ? mock->digest() : ""));
  prepared.has_storage = plan.has_storage;
  prepared.warnings = plan.warnings;
  return prepared;
}

} // namespace pyw::runtime
