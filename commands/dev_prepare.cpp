#include <base/platform.hpp>
#include <base/text.hpp>
#include <bundle/manifest.hpp>
#include <bundle/project_source.hpp>
#include <commands/dev_prepare.hpp>
#include <commands/local_data.hpp>
#include <commands/runtime_parts.hpp>
#include <commands/types_write.hpp>
#include <config/load.hpp>
#include <python/sync.hpp>
#include <runtime/local_services.hpp>
#include <runtime/prepare.hpp>
#include <runtime/socket_path.hpp>
#include <snapshot/build.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::commands {

namespace {

Result<config::LoadResult> load_for_dev(const Context& context) {
  config::LoadOptions options;
  options.start_directory = context.options.directory;
  options.config = context.options.config;
  options.environment = context.options.environment;
  options.purpose = config::Purpose::dev;
  options.secrets = config::SecretFiles::load;
  options.today = config::today_utc(context.world.clock.now());
  return config::load_project(context.world.files, context.world.environment, options);
}

/// `--var NAME:VALUE`, split at the first colon, over what the config says.
Result<void> apply_variables(config::Project& project, const std::vector<std::string>& variables) {
  for (const auto& text : variables) {
    const auto colon = text.find(':');
    if (colon == std::string::npos || colon == 0) {
      return failure(usage_error(fmt::format("`--var {}` is not NAME:VALUE", text)));
    }
    const auto name = text.substr(0, colon);
    std::erase_if(project.vars, [&](const auto& variable) { return variable.name == name; });
    std::erase_if(project.secrets, [&](const auto& secret) { return secret.name == name; });
    project.vars.push_back({name, config::Value(text.substr(colon + 1)), {}});
  }
  return {};
}

} // namespace

Result<std::unique_ptr<DevPreparer>> DevPreparer::make(const DevOptions& options, Context& context) {
  PYW_TRY_ASSIGN(auto loaded, load_for_dev(context));
  auto preparer = std::unique_ptr<DevPreparer>(new DevPreparer(options, context, std::move(loaded.project)));
  // Wrong `--var` is wrong usage, not something a save can mend.
  auto copy = preparer->m_first;
  PYW_TRY(apply_variables(copy, options.variables));
  return preparer;
}

DevPreparer::DevPreparer(const DevOptions& options, Context& context, config::Project first)
    : m_options(options), m_context(context), m_first(std::move(first)) {
  m_registry = registry_directory(m_context.world.environment, m_context.world.files);
  m_state_directory = commands::state_directory(m_context, m_first, options.persist_to);
  if (const auto rules = m_context.world.files.read_if_exists(m_first.root / ".gitignore"); rules && *rules) {
    m_ignore.add(**rules);
  }
  remember(m_first);
}

Result<config::Project> DevPreparer::load() {
  PYW_TRY_ASSIGN(auto loaded, load_for_dev(m_context));
  warn_once(loaded.warnings);
  PYW_TRY(apply_variables(loaded.project, m_options.variables));
  return std::move(loaded.project);
}

void DevPreparer::warn_once(const std::vector<Diagnostic>& warnings) {
  const std::lock_guard lock(m_warning_mutex);
  for (const auto& warning : warnings) {
    auto text = render(warning);
    if (std::find(m_warned.begin(), m_warned.end(), text) == m_warned.end()) {
      m_context.world.reporter.report(warning);
      m_warned.push_back(std::move(text));
    }
  }
}

Result<devserver::PreparedWorker> DevPreparer::prepare(devserver::Generation generation,
                                                       devserver::PartsCheck check) {
  auto& world = m_context.world;
  PYW_TRY_ASSIGN(auto project, load());
  remember(project);
  if (!project.is_javascript()) {
    refresh_types(world, project);
  }
  if (m_options.sync == SyncFirst::when_needed && !project.is_javascript()) {
    PYW_TRY(python::sync_if_needed(world, project, m_context.options.network == Network::offline));
  }
  const auto depth = check == devserver::PartsCheck::thorough ? toolchain::CheckDepth::digests
                                                              : toolchain::CheckDepth::sizes;
  PYW_TRY_ASSIGN(auto parts, runtime_parts(project, world, depth));
  PYW_TRY_ASSIGN(auto manifest,
                 bundle::collect(bundle::source_of(project, project.main_file()), world.files));
  for (const auto& warning : manifest.warnings) {
    world.reporter.verbose(warning);
  }
  runtime::PrepareOptions options;
  options.run_directory = m_first.root / ".pyw" / "run";
  options.state_directory = m_state_directory;
  options.observe = runtime::Observe::yes;
  options.events = runtime::Events::when_told;
  options.socket = runtime::socket_path(options.run_directory, fmt::format("worker-{}.sock", generation));
  options.debug_socket =
      runtime::socket_path(options.run_directory, fmt::format("debug-{}.sock", generation));
  options.registry = m_registry;
  if (m_options.mock) {
    options.mock = mock_file();
  }
  PYW_TRY_ASSIGN(auto staged, runtime::stage(project, manifest, parts, options.run_directory, world));
  if (m_options.snapshots && !project.is_javascript()) {
    PYW_TRY_ASSIGN(m_layers, snapshot::plan_layers(project, manifest, parts, staged, world.files));
  }
  if (const auto* best = snapshot::best_usable(m_layers, world.files, m_checked)) {
    options.snapshot = best->file;
  }
  if (!project.worker_loaders.empty()) { // to check it is to read all of it
    options.base_snapshot = usable_base();
  }
  PYW_TRY_ASSIGN(auto prepared, runtime::prepare(project, manifest, parts, staged, options, world));
  warn_once(prepared.warnings);
  remember(project); // again: python_modules may be there now
  std::vector<std::string> consumed;
  for (const auto& consumer : project.queue_consumers) {
    consumed.push_back(consumer.queue);
  }
  {
    const std::lock_guard lock(m_mutex);
    m_entry_service = std::move(prepared.entry_service);
    m_consumed_queues = std::move(consumed);
  }
  devserver::PreparedWorker worker;
  worker.identity = {std::move(prepared.fingerprint),
                     prepared.has_storage ? devserver::Storage::exclusive : devserver::Storage::none};
  worker.command = std::move(prepared.command);
  worker.socket = options.socket;
  worker.alive_path = std::move(prepared.alive_path);
  if (const auto cpu_ms = project.limit("cpu_ms")) {
    worker.limits.cpu = std::chrono::milliseconds(*cpu_ms);
  }
  worker.debug_socket = options.debug_socket;
  worker.start_path = std::move(prepared.start_path);
  worker.events_path = std::move(prepared.events_path);
  worker.reuse_key = prepared.reuse_key;
  if (project.crons) {
    for (const auto& cron : *project.crons) {
      worker.crons.push_back(cron.value);
    }
  }
  // Later generations continue from another snapshot than the next `pyw dev` will: theirs would replace what
  // helps it.
  const bool wants_compiled = generation == 1 && !prepared.is_compiled;
  worker.background = background_work(project, wants_compiled ? prepared.config_key : "");
  m_last = {std::move(project),
            std::move(manifest),
            std::move(parts),
            std::move(staged),
            std::move(options),
            std::move(prepared.reuse_key),
            prepared.acts_by_itself};
  return worker;
}

std::optional<Path> DevPreparer::usable_base() {
  const auto base = std::ranges::find(m_layers, snapshot::Layer::base, &snapshot::LayerPlan::layer);
  const bool usable = base != m_layers.end() && snapshot::is_usable(*base, m_context.world.files, m_checked);
  return usable ? std::optional(base->file) : std::nullopt;
}

Result<std::optional<devserver::PreparedWorker>> DevPreparer::prepare_standby() {
  if (!m_last || m_last->acts_by_itself || m_last->project.is_javascript() || m_options.mock) {
    return std::nullopt;
  }
  auto& world = m_context.world;
  auto options = m_last->options;
  const auto run = m_first.root / ".pyw" / "run";
  const auto number = ++m_standbys;
  options.run_directory = run / "standby";
  options.socket = runtime::socket_path(run, fmt::format("standby-{}.sock", number));
  options.debug_socket = runtime::socket_path(run, fmt::format("standby-debug-{}.sock", number));
  std::vector<snapshot::LayerPlan> layers;
  if (m_options.snapshots) { // anew: the first build of a snapshot tells what the packages' one should hold
    PYW_TRY_ASSIGN(
        layers,
        snapshot::plan_layers(m_last->project, m_last->bundle, m_last->parts, m_last->staged, world.files));
    // Not the Worker's own: the standby waits for other code.
    std::erase_if(layers, [](const auto& plan) { return plan.layer == snapshot::Layer::dedicated; });
  }
  const auto* best = snapshot::best_usable(layers, world.files, m_checked);
  options.snapshot = best == nullptr ? std::nullopt : std::optional(best->file);
  PYW_TRY_ASSIGN(
      auto prepared,
      runtime::prepare(m_last->project, m_last->bundle, m_last->parts, m_last->staged, options, world));
  devserver::PreparedWorker worker;
  worker.command = std::move(prepared.command);
  worker.socket = options.socket;
  worker.debug_socket = options.debug_socket;
  worker.prepare_path = std::move(prepared.prepare_path);
  worker.rehearse_path = std::move(prepared.rehearse_path);
  worker.reuse_key = m_last->reuse_key; // its own names other folders
  worker.snapshot = options.snapshot.value_or(Path());
  return worker;
}

std::optional<Command> DevPreparer::background_work(const config::Project& project,
                                                    const std::string& config_key) {
  if (!m_options.snapshots || project.is_javascript()) {
    return std::nullopt;
  }
  auto& files = m_context.world.files;
  bool all_done = config_key.empty();
  for (const auto& layer : m_layers) {
    const auto record = snapshot::read_record(project, layer.layer, files);
    if (snapshot::was_refused(record, layer)) {
      warn_once(snapshot::explain_refusal(*record));
    } else {
      all_done = all_done && snapshot::is_usable(layer, files, m_checked);
    }
  }
  const auto program = platform::own_executable();
  if (all_done || !program) {
    return std::nullopt;
  }
  Command command;
  command.argv = {program->string(), "-C", m_context.options.directory.string()};
  if (m_context.options.config) {
    command.argv.insert(command.argv.end(), {"-c", m_context.options.config->string()});
  }
  if (m_context.options.environment) {
    command.argv.insert(command.argv.end(), {"-e", *m_context.options.environment});
  }
  command.argv.insert(command.argv.end(), {"snapshot", "build", "--background"});
  if (!config_key.empty()) {
    command.argv.insert(command.argv.end(), {"--compile-config", config_key});
  }
  for (const auto& variable : m_options.variables) {
    command.argv.insert(command.argv.end(), {"--env-name", variable.substr(0, variable.find(':'))});
  }
  command.standard_output = Stdio::null;
  command.standard_error = Stdio::null;
  return command;
}

void DevPreparer::background_ended() {
  for (const auto layer : snapshot::all_layers) {
    const auto record = snapshot::read_record(m_first, layer, m_context.world.files);
    if (record && !record->made) {
      warn_once(snapshot::explain_refusal(*record));
    }
  }
}

void DevPreparer::remember(const config::Project& project) {
  const std::lock_guard lock(m_mutex);
  m_watch.files = project.read_files;
  m_watch.files.push_back(m_first.root / ".gitignore");
  if (m_options.mock) {
    m_watch.files.push_back(mock_file());
  }
  m_watch.trees.clear();
  if (!project.main_file().empty()) {
    m_watch.trees.push_back(project.module_root());
  }
  if (m_context.world.files.is_directory(project.python_modules())) {
    m_watch.trees.push_back(project.python_modules());
  }
}

Path DevPreparer::mock_file() const {
  return (m_context.options.directory / *m_options.mock).lexically_normal();
}

DevRegistration::Entry DevPreparer::address(const Path& debug_socket) const {
  const std::lock_guard lock(m_mutex);
  return {debug_socket, m_entry_service, std::string(runtime::worker_service), m_consumed_queues};
}

devserver::WatchList DevPreparer::watch_list() const {
  const std::lock_guard lock(m_mutex);
  return m_watch;
}

bool DevPreparer::skips(const Path& folder) const {
  constexpr std::array<std::string_view, 11> never{".git",
                                                   ".hg",
                                                   ".venv",
                                                   "venv",
                                                   ".venv-workers",
                                                   "node_modules",
                                                   "__pycache__",
                                                   ".pyw",
                                                   ".wrangler",
                                                   ".mypy_cache",
                                                   ".ruff_cache"};
  const auto name = folder.filename().string();
  if (std::find(never.begin(), never.end(), name) != never.end()) {
    return true;
  }
  const auto relative = folder.lexically_relative(m_first.root).generic_string();
  // What lies in python_modules is watched as a tree of its own, though .gitignore names it.
  return relative == "python_modules" ||
         (!relative.starts_with("..") && !relative.starts_with("python_modules/") &&
          m_ignore.ignores(relative, IgnoreRules::Kind::directory));
}

} // namespace pyw::commands
