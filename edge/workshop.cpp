#include <base/hash.hpp>
#include <edge/json.hpp>
#include <edge/workshop.hpp>
#include <runtime/compiled_config.hpp>
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

Workshop::Workshop(Path folder, const BlobStore& blobs, const Vault& vault, FindParts parts, World& world)
    : m_folder(std::move(folder)), m_blobs(blobs), m_vault(vault), m_parts(std::move(parts)), m_world(world) {
  const auto versions = m_world.files.list(m_folder);
  for (const auto& entry : versions ? *versions : std::vector<DirectoryEntry>{}) {
    const auto run = root_of(entry.name) / "run";
    if (m_world.files.is_file(run / "has-secrets")) {
      remove_configurations(run, m_world.files);
    }
  }
}

Result<std::map<std::string, Secret>> Workshop::unsealed(const Version& version) const {
  std::map<std::string, Secret> out;
  for (const auto& [name, sealed] : version.secrets) {
    PYW_TRY_ASSIGN(auto value, m_vault.unseal(sealed, secret_place(version.account, version.script, name)));
    out.emplace(name, std::move(value));
  }
  return out;
}

Result<Workshop::Staged> Workshop::stage(const Version& version) {
  auto& files = m_world.files;
  Staged out;
  const auto root = root_of(version.id);
  out.run = root / "run";
  const auto checked = root / "checked";
  if (!files.is_file(checked)) {
    for (const auto& module : version.modules) {
      PYW_TRY(m_blobs.check(module.digest));
    }
    PYW_TRY(files.write(checked, ""));
  }
  PYW_TRY_ASSIGN(const auto secrets, unsealed(version));
  const auto mark = out.run / "has-secrets";
  if (!secrets.empty() && !files.is_file(mark)) {
    PYW_TRY(files.write(mark, ""));
  }
  PYW_TRY_ASSIGN(out.stored, project_of(version, secrets, root, m_blobs));
  PYW_TRY_ASSIGN(out.parts, m_parts(out.stored.project));
  PYW_TRY_ASSIGN(out.worker,
                 runtime::stage(out.stored.project, out.stored.bundle, out.parts, out.run, m_world));
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

Result<StartPlan> Workshop::prepare(const Version& version) {
  const std::lock_guard lock(m_mutex);
  auto& files = m_world.files;
  const auto known = m_ready.find(version.id);
  if (known != m_ready.end() && files.is_file(known->second.setup.command.argv.back())) { // the configuration
    PYW_TRY(files.remove_all(known->second.setup.socket)); // bind(2) refuses a name that is there
    return known->second;
  }
  PYW_TRY_ASSIGN(const auto staged, stage(version));
  for (const auto& layer : staged.layers) {
    if (layer.layer == snapshot::Layer::dedicated) {
      PYW_TRY(lay_out_snapshot(version, layer.file, layer.key));
    }
  }
  const auto* best = snapshot::best_usable(staged.layers, files, m_checked);
  runtime::PrepareOptions options;
  options.run_directory = staged.run;
  options.state_directory = root_of(version.id) / "state";
  options.socket = runtime::socket_path(staged.run, "worker.sock");
  options.registry = root_of(version.id) / "registry";
  options.observe = runtime::Observe::yes;
  const auto control_file = staged.run / "control";
  PYW_TRY_ASSIGN(auto control, files.read_if_exists(control_file));
  if (!control) {
    PYW_TRY_ASSIGN(const auto fresh, random_bytes(16));
    control = to_hex(fresh);
    PYW_TRY(files.write(control_file, *control, 0600));
  }
  options.served.control = *control;
  if (best != nullptr) {
    options.snapshot = best->file;
  }
  PYW_TRY_ASSIGN(
      auto prepared,
      runtime::prepare(
          staged.stored.project, staged.stored.bundle, staged.parts, staged.worker, options, m_world));
  StartPlan plan;
  plan.setup.command = std::move(prepared.command);
  // Nothing of the server's own surroundings (tokens, proxies) is the Workers' business.
  for (const auto& [name, value] : m_world.environment.all()) {
    plan.setup.command.environment[name] = std::nullopt;
  }
  plan.setup.socket = options.socket;
  plan.setup.start_path = std::move(prepared.start_path);
  plan.setup.alive_path = std::move(prepared.alive_path);
  if (const auto* limits = staged.stored.project.raw("limits")) {
    if (const auto* cpu = limits->find("cpu_ms"); cpu != nullptr && cpu->is_number()) {
      plan.setup.limits.cpu = std::chrono::milliseconds(static_cast<std::int64_t>(cpu->number()));
    }
  }
  plan.layer = best == nullptr ? "" : std::string(snapshot::to_text(best->layer));
  if (!prepared.is_compiled && version.secrets.empty()) {
    plan.config_key = prepared.config_key;
  }
  if (prepared.is_compiled && plan.layer == snapshot::to_text(snapshot::Layer::dedicated)) {
    m_ready.emplace(version.id, plan); // nothing better will come, and nobody else writes there
  }
  return plan;
}

void Workshop::started(const Version& version, const StartPlan& plan) {
  const std::lock_guard lock(m_mutex);
  const auto run = root_of(version.id) / "run";
  if (!version.secrets.empty()) { // workerd has read them
    remove_configurations(run, m_world.files);
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
    const snapshot::MakerSetup setup{staged.stored.project,
                                     staged.parts,
                                     staged.worker.guest,
                                     root_of(version.id) / "snapshot-build",
                                     snapshot::Priority::background};
    PYW_TRY(snapshot::build(layer, setup, m_world));
  }
  return {};
}

void Workshop::forget(const std::string& version) {
  const std::lock_guard lock(m_mutex);
  m_ready.erase(version);
  static_cast<void>(m_world.files.remove_all(root_of(version))); // what stays is only garbage
}

} // namespace pyw::edge
