#include <base/hash.hpp>
#include <base/json.hpp>
#include <edge/asset_folder.hpp>
#include <edge/confinement.hpp>
#include <edge/workshop.hpp>
#include <runtime/compiled_config.hpp>
#include <runtime/guest_worker.hpp>
#include <runtime/prepare.hpp>
#include <runtime/socket_path.hpp>
#include <snapshot/build.hpp>
#include <snapshot/layers.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace pyw::edge {

namespace {

/// Of a start's generated files, those in which secrets stand in the clear.
bool may_hold_secrets(const std::string& name) {
  return name == "config.capnp" || (name.starts_with("config-") && name.ends_with(".bin"));
}

std::string ready_name(const std::string& version, Role role) {
  return version + "/" + std::to_string(static_cast<int>(role));
}

/// Of classes whose objects another process has: by WORKER/CLASS.
std::map<std::string, std::string> object_keys(const Version& version) {
  std::map<std::string, std::string> out;
  const auto own = Json::parse(version.classes);
  for (const auto& [name, item] : own.items()) {
    out.emplace(version.script + "/" + name, item["key"].get<std::string>());
  }
  const auto foreign = Json::parse(version.foreign_keys);
  for (const auto& [name, key] : foreign.items()) {
    out.emplace(name, key.get<std::string>());
  }
  return out;
}

std::vector<std::string> folders_in(const Path& folder, const FileSystem& files) {
  std::vector<std::string> out;
  const auto entries = files.list(folder);
  for (const auto& entry : entries ? *entries : std::vector<DirectoryEntry>{}) {
    if (entry.type == FileType::directory) {
      out.push_back(entry.name);
    }
  }
  return out;
}

void remove_configurations(const Path& run, FileSystem& files) {
  const auto entries = files.list(run);
  if (!entries) {
    return; // there is none
  }
  for (const auto& entry : *entries) {
    if (may_hold_secrets(entry.name)) {
      static_cast<void>(files.remove_all(run / entry.name)); // tried again at the next start
    }
  }
}

/// No account's Worker runs where another's memory has been.
std::string ahead_key(const std::string& account, const std::string& key) {
  return account + "/" + key;
}

} // namespace

std::string secret_place(const std::string& account, const std::string& script, const std::string& name) {
  return fmt::format("{}/{}/{}", account, script, name);
}

struct Workshop::Staged {
  StoredProject stored;
  runtime::RuntimeParts parts;
  runtime::StagedWorker worker;
  std::vector<snapshot::LayerPlan> layers;
  Path run;
};

Workshop::Workshop(
    Path folder, const BlobStore& blobs, const Vault& vault, FindParts parts, FindPlaces places, World& world)
    : m_folder(std::move(folder)), m_blobs(blobs), m_vault(vault), m_parts(std::move(parts)),
      m_places(std::move(places)), m_world(world) {
  for (const auto& account : folders_in(m_folder, m_world.files)) {
    for (const auto& version : folders_in(m_folder / account, m_world.files)) {
      const auto run = m_folder / account / version / "run";
      if (m_world.files.is_file(run / "has-secrets")) {
        remove_configurations(run, m_world.files);
      }
    }
  }
}

Path Workshop::folder_of(const std::string& account) const {
  // Of the account's 32 random digits as many as leave room for a socket's name (runtime/socket_path.hpp).
  constexpr std::size_t account_digits = 16;
  return m_folder / account.substr(0, account_digits);
}

Confinement
Workshop::confinement_of(const Version& version, const Staged& staged, std::vector<Path> writable) const {
  auto out = confinement_for(staged.parts);
  out.readable.push_back(folder_of(version.account));
  out.readable.push_back(staged.stored.bundle.entry.source);
  for (const auto& module : staged.stored.bundle.modules) {
    if (staged.stored.project.is_javascript() ||
        runtime::is_listed(module)) { // workerd reads them where they are kept
      out.readable.push_back(module.source);
    }
  }
  if (version.assets) { // links to where they are kept
    const auto digests = digests_of(*version.assets, m_blobs);
    for (const auto& [path, digest] : digests ? *digests : std::map<std::string, std::string>{}) {
      out.readable.push_back(m_blobs.path_of(digest));
    }
  }
  out.writable.insert(out.writable.end(), writable.begin(), writable.end());
  return out;
}

Result<std::map<std::string, Secret>> Workshop::unsealed(const Version& version) const {
  std::map<std::string, Secret> out;
  for (const auto& [name, sealed] : version.secrets) {
    PYW_TRY_ASSIGN(auto value, m_vault.unseal(sealed, secret_place(version.account, version.script, name)));
    out.emplace(name, std::move(value));
  }
  return out;
}

Result<void> Workshop::check_modules(const Version& version) const {
  for (const auto& module : version.modules) {
    if (auto checked = m_blobs.check(module.digest); !checked) {
      const auto what =
          fmt::format("the module `{}` of the version {} of `{}`", module.name, version.id, version.script);
      return failure(with_context(std::move(checked.error()), what));
    }
  }
  return {};
}

Result<Workshop::Staged> Workshop::stage(const Version& version, Role role) {
  auto& files = m_world.files;
  Staged out;
  const auto root = root_of(version);
  out.run = root / "run";
  const auto checked = root / "checked";
  PYW_TRY_ASSIGN(const auto known, files.read_if_exists(checked));
  if (!known) {
    PYW_TRY(check_modules(version));
  }
  if (version.assets) {
    PYW_TRY(lay_out_assets(*version.assets, root / asset_folder_name, m_blobs, files));
  }
  PYW_TRY_ASSIGN(const auto secrets, unsealed(version));
  const auto mark = out.run / "has-secrets";
  if (!secrets.empty() && !files.is_file(mark)) {
    PYW_TRY(files.write(mark, ""));
  }
  PYW_TRY_ASSIGN(out.stored, project_of(version, secrets, root, m_blobs, role));
  PYW_TRY_ASSIGN(out.parts, m_parts(out.stored.project));
  PYW_TRY_ASSIGN(out.worker,
                 runtime::stage(out.stored.project, out.stored.bundle, out.parts, out.run, m_world));
  // What was read is what was found good once, or is looked at again: a disk forgets without a new time.
  const auto content = out.worker.own_digest + " " + out.worker.packages.digest;
  if (known != content) {
    if (known) {
      PYW_TRY(check_modules(version));
    }
    PYW_TRY_ASSIGN(const auto writer, files.create(checked));
    PYW_TRY(writer->write(content));
    PYW_TRY(writer->commit());
  }
  if (!out.stored.project.is_javascript()) {
    PYW_TRY_ASSIGN(
        out.layers,
        snapshot::plan_layers(out.stored.project, out.stored.bundle, out.parts, out.worker, files));
  }
  return out;
}

Result<void> Workshop::lay_out_snapshot(const Version& version, const Path& file, const std::string& key) {
  auto& files = m_world.files;
  if (!version.snapshot || version.snapshot->key != key || files.is_file(file)) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto packed, m_blobs.read(version.snapshot->digest));
  PYW_TRY_ASSIGN(const auto bytes, snapshot::unpack_from_transport(packed));
  PYW_TRY(files.make_directories(file.parent_path()));
  PYW_TRY_ASSIGN(const auto writer, files.create(file, 0600));
  PYW_TRY(writer->write(bytes));
  return writer->commit();
}

/// So that the removal of garbage finds the version's folder in use from now on for an hour, until there is
/// somebody who listens on its socket.
Result<void> Workshop::mark_used(const Version& version) {
  const auto mark = root_of(version) / "used";
  if (m_world.files.is_file(mark)) {
    return m_world.files.touch(mark);
  }
  PYW_TRY_ASSIGN(const auto writer, m_world.files.create(mark));
  return writer->commit();
}

Result<runtime::PrepareOptions>
Workshop::options_for(const Version& version, const Path& run, const Path& root) {
  auto& files = m_world.files;
  runtime::PrepareOptions options;
  options.run_directory = run;
  options.state_directory = root / "state";
  options.socket = runtime::socket_path(run, "worker.sock");
  options.registry = root / "registry";
  options.observe = runtime::Observe::yes;
  const auto control_file = run / "control";
  PYW_TRY_ASSIGN(auto control, files.read_if_exists(control_file));
  if (!control) {
    PYW_TRY_ASSIGN(const auto fresh, random_bytes(16));
    control = to_hex(fresh);
    PYW_TRY(files.write(control_file, *control, 0600));
  }
  options.served.control = *control;
  const auto places = m_places(version.account);
  options.served.stores = places.stores_socket;
  options.served.queues = places.queues_socket;
  options.served.links = places.links_socket;
  options.debug_socket = runtime::socket_path(run, "debug.sock");
  return options;
}

runtime::WorkerSetup Workshop::setup_of(runtime::PreparedRuntime& prepared,
                                        const Version& version,
                                        const Staged& staged,
                                        const runtime::PrepareOptions& options) const {
  runtime::WorkerSetup setup;
  setup.command = std::move(prepared.command);
  auto confinement = confinement_of(version, staged, {options.state_directory});
  confinement.readable.push_back(options.run_directory);
  confinement.sockets = {options.socket.parent_path(), options.debug_socket.parent_path()};
  setup.command.confinement = std::move(confinement);
  // Nothing of the server's own surroundings (tokens, proxies) is the Workers' business.
  for (const auto& [name, value] : m_world.environment.all()) {
    setup.command.environment[name] = std::nullopt;
  }
  setup.socket = options.socket;
  setup.start_path = std::move(prepared.start_path);
  setup.alive_path = std::move(prepared.alive_path);
  return setup;
}

Result<std::optional<AheadPlan>> Workshop::prepare_ahead(const Version& version, const Path& folder) {
  const std::lock_guard lock(m_mutex);
  PYW_TRY_ASSIGN(const auto staged, stage(version));
  const auto* best = snapshot::best_usable(staged.layers, m_world.files, m_checked);
  if (best == nullptr) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(auto options, options_for(version, folder, folder));
  options.snapshot = best->file;
  options.ahead = runtime::Ahead::yes;
  PYW_TRY_ASSIGN(auto prepared,
                 runtime::prepare(runtime::without_values(staged.stored.project),
                                  staged.stored.bundle,
                                  staged.parts,
                                  staged.worker,
                                  options,
                                  m_world));
  if (!prepared.handover) {
    return std::nullopt;
  }
  return AheadPlan{ahead_key(version.account, prepared.handover->key),
                   setup_of(prepared, version, staged, options),
                   prepared.prepare_path,
                   options.served.control,
                   folder};
}

Result<StartPlan> Workshop::prepare(const Version& version, Role role) {
  const std::lock_guard lock(m_mutex);
  PYW_TRY_ASSIGN(const auto hold, m_blobs.hold());
  PYW_TRY(mark_used(version));
  const auto number = ++m_preparations[version.id];
  auto& files = m_world.files;
  const auto known = m_ready.find(ready_name(version.id, role));
  if (known != m_ready.end() && files.is_file(known->second.setup.command.argv.back())) { // the configuration
    PYW_TRY(files.remove_all(known->second.setup.socket)); // bind(2) refuses a name that is there
    PYW_TRY(files.remove_all(known->second.debug_socket));
    return known->second;
  }
  PYW_TRY_ASSIGN(const auto staged, stage(version, role));
  std::string problem;
  for (const auto& layer : staged.layers) {
    if (layer.layer == snapshot::Layer::dedicated) {
      if (const auto laid = lay_out_snapshot(version, layer.file, layer.key); !laid) {
        problem = fmt::format("started without the snapshot that came along: {}", laid.error().message());
      }
    }
  }
  const auto* best = snapshot::best_usable(staged.layers, files, m_checked);
  PYW_TRY_ASSIGN(auto options, options_for(version, staged.run, root_of(version)));
  options.state_directory =
      role == Role::owner ? m_places(version.account).worker(version.script) : root_of(version) / "trial";
  if (role == Role::trial) { // what an earlier one left
    PYW_TRY(files.remove_all(options.state_directory));
  }
  options.served.object_keys = object_keys(version);
  if (best != nullptr) {
    options.snapshot = best->file;
  }
  PYW_TRY_ASSIGN(
      auto prepared,
      runtime::prepare(
          staged.stored.project, staged.stored.bundle, staged.parts, staged.worker, options, m_world));
  StartPlan plan;
  plan.worker = version.account + "/" + version.script;
  plan.problem = std::move(problem);
  plan.number = number;
  plan.setup = setup_of(prepared, version, staged, options);
  plan.role = role;
  plan.owns = role == Role::owner ? version.account + "/" + version.script : "";
  plan.debug_socket = options.debug_socket;
  plan.entry_service = prepared.entry_service;
  plan.busy_path = prepared.busy_path;
  plan.control = options.served.control;
  if (const auto cpu_ms = staged.stored.project.limit("cpu_ms")) {
    plan.setup.limits.cpu = std::chrono::milliseconds(*cpu_ms);
  }
  plan.handover = std::move(prepared.handover);
  if (plan.handover) {
    plan.handover->key = ahead_key(version.account, plan.handover->key);
  }
  plan.layer = best == nullptr ? "" : std::string(snapshot::to_text(best->layer));
  if (!prepared.is_compiled && version.secrets.empty()) {
    plan.config_key = prepared.config_key;
  }
  if (prepared.is_compiled && plan.layer == snapshot::to_text(snapshot::Layer::dedicated)) {
    m_ready.emplace(ready_name(version.id, role),
                    plan); // nothing better will come, and nobody else writes there
  }
  return plan;
}

void Workshop::started(const Version& version, const StartPlan& plan) {
  const std::lock_guard lock(m_mutex);
  const auto run = root_of(version) / "run";
  if (!version.secrets.empty()) {                    // workerd has read them
    if (m_preparations[version.id] == plan.number) { // else a later process is about to: then that one's turn
      remove_configurations(run, m_world.files);
    }
    return;
  }
  if (plan.config_key.empty()) {
    return;
  }
  runtime::RuntimeParts parts;
  parts.workerd = plan.setup.command.argv.front();
  // Only costs time when it fails.
  static_cast<void>(runtime::compile_config(parts, run, plan.config_key, m_world));
}

Result<void> Workshop::make_snapshot(const Version& version) {
  std::unique_lock lock(m_mutex);
  PYW_TRY_ASSIGN(const auto staged, stage(version));
  lock.unlock(); // others may start meanwhile
  snapshot::CheckedFiles checked;
  for (const auto& layer : staged.layers) {
    const auto record = snapshot::read_record(staged.stored.project, layer.layer, m_world.files);
    if (layer.layer != snapshot::Layer::dedicated || snapshot::was_refused(record, layer) ||
        snapshot::is_usable(layer, m_world.files, checked)) {
      continue;
    }
    const auto scratch = root_of(version) / "snapshot-build";
    snapshot::MakerSetup setup{
        staged.stored.project, staged.parts, staged.worker.guest, scratch, snapshot::Priority::background};
    setup.confinement = confinement_of(version, staged, {scratch});
    setup.confinement->readable.insert(setup.confinement->readable.end(), {"/usr/bin/nice", "/bin/nice"});
    PYW_TRY(snapshot::build(layer, setup, m_world));
  }
  return {};
}

void Workshop::forget(const Version& version) {
  const std::lock_guard lock(m_mutex);
  m_preparations.erase(version.id);
  for (const auto role : {Role::alone, Role::trial, Role::owner, Role::guest}) {
    m_ready.erase(ready_name(version.id, role));
  }
  static_cast<void>(m_world.files.remove_all(root_of(version))); // what stays is only garbage
}

} // namespace pyw::edge
