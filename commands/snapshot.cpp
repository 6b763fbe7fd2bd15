#include <base/file_lock.hpp>
#include <base/text.hpp>
#include <bundle/project_source.hpp>
#include <commands/project_loading.hpp>
#include <commands/runtime_parts.hpp>
#include <commands/snapshot.hpp>
#include <commands/snapshot_text.hpp>
#include <commands/top_level_limit.hpp>
#include <runtime/compiled_config.hpp>
#include <snapshot/build.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

using nlohmann::json;

/// The project with everything that its snapshots are made from.
struct Prepared {
  config::Project project;
  runtime::RuntimeParts parts;
  bundle::BundleManifest manifest;
  runtime::StagedWorker staged;
  std::vector<snapshot::LayerPlan> plans;
};

bool wants_json(const Context& context) {
  return context.options.format == OutputFormat::json;
}

Result<void> plan(Prepared& prepared, Context& context) {
  PYW_TRY_ASSIGN(
      prepared.plans,
      snapshot::plan_layers(
          prepared.project, prepared.manifest, prepared.parts, prepared.staged, context.world.files));
  return {};
}

Result<Prepared> prepare(const SnapshotOptions& options, Context& context) {
  auto& world = context.world;
  Prepared prepared;
  // Secrets for their names alone: the maker must know what it may not give away.
  PYW_TRY_ASSIGN(prepared.project, load_project(context, config::Purpose::dev, config::SecretFiles::load));
  auto& project = prepared.project;
  for (const auto& name : options.env_names) {
    std::erase_if(project.vars, [&](const auto& variable) { return variable.name == name; });
    std::erase_if(project.secrets, [&](const auto& secret) { return secret.name == name; });
    project.vars.push_back({name, config::Value(std::string{}), {}});
  }
  PYW_TRY_ASSIGN(prepared.parts, runtime_parts(project, world));
  PYW_TRY_ASSIGN(prepared.manifest,
                 bundle::collect(bundle::source_of(project, project.main_file()), world.files));
  const auto run = snapshot::snapshots_directory(project) / "run";
  PYW_TRY_ASSIGN(prepared.staged, runtime::stage(project, prepared.manifest, prepared.parts, run, world));
  PYW_TRY(plan(prepared, context));
  if (prepared.plans.empty()) {
    return failure(
        user_error("no snapshot can be made of this Worker: its packages are not compiled to byte code"));
  }
  return prepared;
}

bool is_chosen(const SnapshotOptions& options, snapshot::Layer layer) {
  return options.layer.empty() || options.layer == snapshot::to_text(layer);
}

Result<void> build_layer(const SnapshotOptions& options,
                         const Prepared& prepared,
                         const snapshot::LayerPlan& plan,
                         Context& context) {
  auto& world = context.world;
  const auto loaded = snapshot::load(plan, world.files);
  const auto record = snapshot::read_record(prepared.project, plan.layer, world.files);
  if (!options.force && ((loaded && *loaded) || snapshot::was_refused(record, plan))) {
    return {};
  }
  const auto scratch = snapshot::snapshots_directory(prepared.project) / fmt::format("build-{}", ::getpid());
  const auto priority = options.background ? snapshot::Priority::background : snapshot::Priority::normal;
  PYW_TRY_ASSIGN(auto limit, top_level_limit(world.environment));
  if (options.background) {
    limit *= 5; // everything else goes before it
  }
  const auto progress = world.reporter.progress(fmt::format("making the {} snapshot", to_text(plan.layer)),
                                                ProgressUnit::items);
  PYW_TRY_ASSIGN(
      auto made,
      snapshot::build(
          plan, {prepared.project, prepared.parts, prepared.staged.guest, scratch, priority, limit}, world));
  if (made.timed_out) {
    Error error;
    error.diagnostics = std::move(made.reasons);
    for (auto& reason : error.diagnostics) {
      reason.severity = Severity::error;
      reason.message =
          fmt::format("the {}: {}",
                      plan.layer == snapshot::Layer::dedicated ? "top level" : "packages' imports",
                      reason.message);
    }
    return failure(std::move(error));
  }
  return {};
}

Result<void> write_packed(const SnapshotOptions& options, const Prepared& prepared, Context& context) {
  snapshot::CheckedFiles checked;
  const auto* best = snapshot::best_usable(prepared.plans, context.world.files, checked);
  if (best == nullptr || best->layer == snapshot::Layer::base) { // that one holds nothing of the project
    return failure(user_error("there is no snapshot to write"));
  }
  PYW_TRY_ASSIGN(const auto bytes, context.world.files.read(best->file));
  PYW_TRY_ASSIGN(const auto packed, snapshot::pack_for_transport(bytes));
  return context.world.files.write((context.options.directory / options.output).lexically_normal(), packed);
}

Result<int> show_layers(const SnapshotOptions& options, const Prepared& prepared, Context& context) {
  auto rows = json::array();
  std::string text;
  bool refused = false;
  for (const auto& plan : prepared.plans) {
    if (!is_chosen(options, plan.layer)) {
      continue;
    }
    const auto state = layer_state(plan, prepared.project, context.world.files);
    refused = refused || state.condition == LayerState::Condition::refused;
    rows.push_back(to_json(state));
    text += to_text(state);
  }
  context.world.reporter.data(wants_json(context) ? json{{"layers", rows}}.dump(2) + "\n" : text);
  return refused ? 1 : 0;
}

Result<int> run_build(const SnapshotOptions& options, Context& context) {
  PYW_TRY_ASSIGN(auto prepared, prepare(options, context));
  if (!options.config_key.empty()) {
    const auto run = prepared.project.root / ".pyw" / "run";
    PYW_TRY(runtime::compile_config(prepared.parts, run, options.config_key, context.world));
  }
  PYW_TRY_ASSIGN(const auto lock,
                 FileLock::acquire(snapshot::snapshots_directory(prepared.project) / "lock", [&] {
                   context.world.reporter.message("waiting for another pyw that makes a snapshot");
                 }));
  // The packages' layer holds what the top level came to import of them, which the dedicated one's build
  // finds out.
  for (const auto layer : {snapshot::Layer::dedicated, snapshot::Layer::packages, snapshot::Layer::base}) {
    PYW_TRY(plan(prepared, context));
    const auto found = std::ranges::find(prepared.plans, layer, &snapshot::LayerPlan::layer);
    if (found != prepared.plans.end() && is_chosen(options, layer)) {
      PYW_TRY(build_layer(options, prepared, *found, context));
    }
  }
  if (!options.output.empty()) {
    PYW_TRY(write_packed(options, prepared, context));
  }
  return show_layers(options, prepared, context);
}

/// A file that was named: as it lies in the cache, or packed.
Result<snapshot::Snapshot> read_file(const SnapshotOptions& options, Context& context) {
  PYW_TRY_ASSIGN(auto bytes, context.world.files.read(context.options.directory / options.file));
  if (snapshot::is_packed(bytes)) {
    PYW_TRY_ASSIGN(bytes, snapshot::unpack_from_transport(bytes));
  }
  return snapshot::read_snapshot(bytes);
}

Result<void> write_flame_graph(const SnapshotOptions& options, const Prepared& prepared, Context& context) {
  auto record = snapshot::read_record(prepared.project, snapshot::Layer::dedicated, context.world.files);
  if (options.layer == "packages" || !record || record->imports.empty()) {
    record = snapshot::read_record(prepared.project, snapshot::Layer::packages, context.world.files);
  }
  if (!record) {
    return failure(user_error("nothing was measured yet", {"run `pyw snapshot build --force` first"}));
  }
  const auto page = snapshot::flame_graph(record->imports, "Imports of " + prepared.project.name.value);
  return context.world.files.write((context.options.directory / options.html).lexically_normal(), page);
}

Result<int> run_info(const SnapshotOptions& options, Context& context) {
  if (!options.file.empty()) {
    PYW_TRY_ASSIGN(const auto snapshot, read_file(options, context));
    LayerState state{snapshot.layer, LayerState::Condition::ready, options.file, snapshot};
    context.world.reporter.data(wants_json(context) ? to_json(state).dump(2) + "\n" : to_text(state));
    return 0;
  }
  PYW_TRY_ASSIGN(const auto prepared, prepare(options, context));
  if (!options.html.empty()) {
    PYW_TRY(write_flame_graph(options, prepared, context));
  }
  PYW_TRY(show_layers(options, prepared, context));
  return 0;
}

Result<int> run_verify(const SnapshotOptions& options, Context& context) {
  auto rows = json::array();
  bool damaged = false;
  const auto note = [&](const std::string& name, const Result<snapshot::Snapshot>& read) {
    damaged = damaged || !read;
    rows.push_back(
        {{"file", name}, {"good", read.has_value()}, {"problem", read ? "" : read.error().message()}});
    if (!wants_json(context)) {
      context.world.reporter.data(read ? fmt::format("good     {}\n", name)
                                       : fmt::format("damaged  {}: {}\n", name, read.error().message()));
    }
  };
  if (!options.file.empty()) {
    note(options.file, read_file(options, context));
  } else {
    PYW_TRY_ASSIGN(const auto prepared, prepare(options, context));
    for (const auto& plan : prepared.plans) {
      PYW_TRY_ASSIGN(const auto bytes, context.world.files.read_if_exists(plan.file));
      if (bytes) {
        note(plan.file.string(), snapshot::read_snapshot(*bytes));
      }
    }
  }
  if (wants_json(context)) {
    context.world.reporter.data(rows.dump(2) + "\n");
  }
  return damaged ? 1 : 0;
}

Result<int> run_clean(const SnapshotOptions& options, Context& context) {
  auto& files = context.world.files;
  std::vector<Path> unwanted;
  if (options.all) {
    const auto cache = context.world.environment.cache_directory() / "runtime";
    PYW_TRY_ASSIGN(const auto entries,
                   files.is_directory(cache) ? files.list(cache) : std::vector<DirectoryEntry>{});
    for (const auto& entry : entries) {
      if (entry.name.ends_with(".pywsnap")) {
        unwanted.push_back(cache / entry.name);
      }
    }
  }
  if (!options.all || config::find_config_file(files, context.options.directory)) {
    PYW_TRY_ASSIGN(const auto project, load_project(context, config::Purpose::dev));
    unwanted.push_back(snapshot::snapshots_directory(project));
  }
  auto removed = json::array();
  for (const auto& path : unwanted) {
    if (files.exists(path)) {
      PYW_TRY(files.remove_all(path));
      removed.push_back(path.string());
    }
  }
  if (wants_json(context)) {
    context.world.reporter.data(json{{"removed", removed}}.dump(2) + "\n");
  }
  context.world.reporter.message(removed.empty() ? "nothing to remove"
                                                 : "removed " + counted(removed.size(), "item", "items"));
  return 0;
}

using Subcommand = Result<int> (*)(const SnapshotOptions&, Context&);

Runner declare(CLI::App& app) {
  auto options = std::make_shared<SnapshotOptions>();
  std::vector<std::pair<const CLI::App*, Subcommand>> subcommands;
  const auto add = [&](const char* name, const char* summary, Subcommand run) {
    auto* sub = app.add_subcommand(name, summary);
    subcommands.emplace_back(sub, run);
    return sub;
  };
  const auto layer = [&](CLI::App& sub) {
    sub.add_option("--layer", options->layer, "only this one: base, packages or dedicated")
        ->type_name("LAYER")
        ->check(CLI::IsMember({"base", "packages", "dedicated"}));
  };
  auto* build = add("build", "make what is missing", run_build);
  layer(*build);
  build->add_flag("--force", options->force, "make them anew, also what was refused");
  build->add_option("-o,--output", options->output, "write the best one there too, compressed")
      ->type_name("FILE");
  build->add_flag("--background", options->background, "with low priority, as `pyw dev` does it");
  build->add_option("--compile-config", options->config_key, "compile the configuration of `pyw dev` too")
      ->type_name("KEY");
  build->add_option("--env-name", options->env_names, "a further name that `env` has")->type_name("NAME");
  auto* info = add("info", "what is in them, and where the time of a start goes", run_info);
  layer(*info);
  info->add_option("file", options->file, "a file in the place of the project's own")->type_name("FILE");
  info->add_option("--html", options->html, "write a flame graph of the imports there")->type_name("FILE");
  auto* verify = add("verify", "check every byte", run_verify);
  verify->add_option("file", options->file, "a file in the place of the project's own")->type_name("FILE");
  auto* clean = add("clean", "remove the project's", run_clean);
  clean->add_flag("--all", options->all, "also those that all projects share");

  return [options, subcommands](Context& context) -> Result<int> {
    for (const auto& [sub, run] : subcommands) {
      if (sub->parsed()) {
        return run(*options, context);
      }
    }
    return failure(usage_error("no subcommand given", {"say one of build, info, verify, clean"}));
  };
}

} // namespace

CommandEntry snapshot_command() {
  return {
      "snapshot",
      "memory snapshots, from which a Worker starts: build, info, verify, clean",
      Group::run,
      {{"pyw snapshot build", "make them now; `pyw dev` makes them beside the Worker"},
       {"pyw snapshot info --html imports.html", "what is in them, and a flame graph of the imports"},
       {"pyw snapshot build -o worker.zst", "carry the snapshot elsewhere"}},
      declare,
  };
}

} // namespace pyw::commands
