#include <base/file_lock.hpp>
#include <base/hash.hpp>
#include <base/text.hpp>
#include <cloud/compressed_size.hpp>
#include <cloud/target_extensions.hpp>
#include <commands/deploy_snapshot.hpp>
#include <commands/deploy_steps.hpp>
#include <commands/project_loading.hpp>
#include <commands/runtime_parts.hpp>
#include <commands/top_level_limit.hpp>
#include <runtime/guest_worker.hpp>
#include <snapshot/build.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>

namespace pyw::commands {

namespace {

using cloud::Json;

/// What became of the dedicated snapshot of one state of the code.
struct Dedicated {
  std::string key;
  Path file;                             ///< empty when it could not be made
  std::vector<Diagnostic> problems = {}; ///< why not
  bool timed_out = false;                ///< it may end another time
  bool runs = true;                      ///< the top level itself; its memory may still be unfit to be kept
};

/// The project as `pyw dev` loads it, so that both have one snapshot, with what the command line changes.
Result<config::Project> project_of(const cloud::Worker& worker, Context& context) {
  config::LoadOptions options;
  options.start_directory = context.options.directory;
  options.config = context.options.config;
  options.environment = context.options.environment;
  options.purpose = config::Purpose::dev;
  options.secrets = config::SecretFiles::load; // for their names: the maker must know what it may not keep
  options.today = config::today_utc(context.world.clock.now());
  PYW_TRY_ASSIGN(auto loaded, config::load_project(context.world.files, context.world.environment, options));
  auto project = std::move(loaded.project);
  project.compatibility_date.value = worker.compatibility_date;
  project.compatibility_flags.clear();
  for (const auto& flag : worker.compatibility_flags) {
    project.compatibility_flags.push_back({flag, {}});
  }
  project.python_version = config::python_version_for(worker.compatibility_date, worker.compatibility_flags);
  for (const auto& [name, value] : worker.variables) {
    std::erase_if(project.vars, [&](const auto& variable) { return variable.name == name; });
    project.vars.push_back({name, config::Value(std::string{}), {}});
  }
  return project;
}

/// The maker refuses memory that cannot be saved, and reads of `env`, which the platform allows: neither
/// says that the top level fails. Its words are those of snapshot/build.cpp and guest/snapshot_builder.js.
bool is_refusal(const Diagnostic& problem) {
  return problem.message.find("a memory snapshot cannot hold") != std::string::npos ||
         problem.message.find("it would be stored in the memory snapshot") != std::string::npos;
}

Dedicated outcome_of(const snapshot::LayerPlan& plan, const std::optional<snapshot::BuildRecord>& record) {
  Dedicated out{plan.key, {}};
  if (!record || record->made) {
    out.file = plan.file;
    return out;
  }
  out.problems = record->reasons;
  out.timed_out = record->timed_out;
  out.runs = std::all_of(out.problems.begin(), out.problems.end(), is_refusal);
  return out;
}

/// nullopt where none can be made here: no runtime, Python 3.12.
Result<std::optional<Dedicated>> make_dedicated(const cloud::Worker& worker, Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto project, project_of(worker, context));
  const auto parts = parts_at_hand(project, world);
  if (!parts || !worker.manifest || worker.manifest->entry.kind != bundle::ModuleKind::python) {
    return std::nullopt;
  }
  const auto folder = snapshot::snapshots_directory(project);
  PYW_TRY_ASSIGN(const auto lock, FileLock::acquire(folder / "lock", [&] {
                   world.reporter.message("waiting for another pyw that makes a snapshot");
                 }));
  PYW_TRY_ASSIGN(const auto staged, runtime::stage(project, *worker.manifest, *parts, folder / "run", world));
  PYW_TRY_ASSIGN(const auto plans,
                 snapshot::plan_layers(project, *worker.manifest, *parts, staged, world.files));
  const auto plan = std::find_if(
      plans.begin(), plans.end(), [](const auto& item) { return item.layer == snapshot::Layer::dedicated; });
  if (plan == plans.end()) {
    return std::nullopt;
  }
  const auto record = snapshot::read_record(project, plan->layer, world.files);
  const auto loaded = snapshot::load(*plan, world.files);
  if (snapshot::was_refused(record, *plan)) {
    return outcome_of(*plan, record);
  }
  if (loaded && *loaded) {
    return outcome_of(*plan, std::nullopt);
  }
  PYW_TRY_ASSIGN(const auto limit, top_level_limit(world.environment));
  const auto progress = world.reporter.progress("running the top level", ProgressUnit::items);
  const auto scratch = folder / fmt::format("build-{}", ::getpid());
  PYW_TRY_ASSIGN(const auto made,
                 snapshot::build(*plan,
                                 {project, *parts, staged.guest, scratch, snapshot::Priority::normal, limit},
                                 world));
  return outcome_of(*plan, made);
}

/// Under which the outcome is remembered: whatever the top level can see.
Result<std::string> state_of_worker(const cloud::Worker& worker, Context& context) {
  PYW_TRY_ASSIGN(auto text, cloud::state_of(*worker.manifest, context.world.files));
  text += "\n" PYW_VERSION "\n" + worker.compatibility_date + "\n" + join(worker.compatibility_flags, " ");
  for (const auto& binding : worker.bindings.items()) {
    text += "\n" + binding.name;
  }
  return sha256_hex(text).substr(0, 32);
}

std::string write_findings(const std::vector<Diagnostic>& findings) {
  auto out = Json::array();
  for (const auto& finding : findings) {
    out.push_back({{"message", finding.message},
                   {"path", finding.location.path},
                   {"line", finding.location.line},
                   {"column", finding.location.column},
                   {"source", finding.snippet}});
  }
  return out.dump() + "\n";
}

std::optional<std::vector<Diagnostic>> read_findings(const std::string& text) {
  const auto list = Json::parse(text, nullptr, false);
  if (!list.is_array()) {
    return std::nullopt;
  }
  std::vector<Diagnostic> out;
  for (const auto& item : list) {
    if (!item.is_object()) {
      return std::nullopt;
    }
    Diagnostic finding{Severity::warning, text_at(item, "message")};
    finding.location = {
        text_at(item, "path"), item.value("line", std::size_t{0}), item.value("column", std::size_t{0})};
    finding.snippet = text_at(item, "source");
    out.push_back(std::move(finding));
  }
  return out;
}

std::vector<Diagnostic> explained(std::vector<Diagnostic> findings) {
  for (auto& finding : findings) {
    finding.severity = Severity::warning;
    finding.message = "the Worker's top level fails: " + finding.message;
    finding.hints = {"the platform would refuse it, or answer each request with an error; with `--strict` "
                     "nothing is sent, `--no-check` does not run it"};
  }
  return findings;
}

/// The snapshot packed, kept beside it as long as the code stays the same.
Result<cloud::PackedSnapshot> packed(const Dedicated& snapshot, World& world) {
  auto& files = world.files;
  const auto folder = snapshot.file.parent_path();
  cloud::PackedSnapshot out;
  const auto name = fmt::format("packed-{}.zst", snapshot.key.substr(0, 32));
  out.file = folder / name;
  if (!files.is_file(out.file)) {
    PYW_TRY_ASSIGN(const auto entries, files.list(folder));
    for (const auto& entry : entries) {
      if (entry.name.starts_with("packed-")) {
        PYW_TRY(files.remove_all(folder / entry.name));
      }
    }
    PYW_TRY_ASSIGN(const auto bytes, files.read(snapshot.file));
    PYW_TRY_ASSIGN(const auto small, snapshot::pack_for_transport(bytes));
    PYW_TRY_ASSIGN(const auto writer, files.create(out.file, 0600));
    PYW_TRY(writer->write(small));
    PYW_TRY(writer->commit());
  }
  PYW_TRY_ASSIGN(const auto status, files.status(out.file));
  out.size = status ? status->size : 0;
  PYW_TRY_ASSIGN(out.digest, hash_file(out.file, HashKind::sha256));
  return out;
}

Result<void> send_snapshot(CloudSession& session,
                           const cloud::Worker& worker,
                           std::uint64_t largest,
                           cloud::DeployPlan& plan,
                           Context& context) {
  auto& reporter = context.world.reporter;
  PYW_TRY_ASSIGN(const auto snapshot, make_dedicated(worker, context));
  if (!snapshot || snapshot->file.empty()) {
    reporter.message("No memory snapshot goes along: the Worker's top level runs at each start");
    // A top level that fails has been told by the check.
    for (auto problem : snapshot && snapshot->runs ? snapshot->problems : std::vector<Diagnostic>{}) {
      problem.severity = Severity::warning;
      reporter.report(problem);
    }
    return {};
  }
  PYW_TRY_ASSIGN(const auto file, packed(*snapshot, context.world));
  if (file.size > largest) {
    warn(context,
         fmt::format("the memory snapshot has {}, the target takes {}: the Worker's top level runs at each "
                     "start",
                     human_size(file.size),
                     human_size(largest)));
    return {};
  }
  PYW_TRY_ASSIGN(const auto sent, cloud::upload_snapshot(session.api, session.account, file));
  cloud::name_snapshot(plan, file, snapshot->key, runtime::source_root(*worker.manifest));
  reporter.message(sent.bytes == 0 ? "Memory snapshot: known already"
                                   : fmt::format("Memory snapshot: {} sent", human_size(sent.bytes)));
  return {};
}

void say_without(Context& context, std::string_view what, const Error& error) {
  warn(context, fmt::format("{}: {}", what, error.message()));
}

} // namespace

Result<std::vector<Diagnostic>>
check_top_level(const cloud::Worker& worker, Effort effort, Context& context) {
  if (!worker.manifest || worker.manifest->entry.kind != bundle::ModuleKind::python) {
    return std::vector<Diagnostic>{};
  }
  auto& files = context.world.files;
  PYW_TRY_ASSIGN(const auto state, state_of_worker(worker, context));
  const auto memory = context.world.environment.cache_directory() / "top-level" / state;
  if (const auto text = files.read_if_exists(memory); text && *text) {
    if (auto known = read_findings(**text)) {
      return explained(std::move(*known));
    }
  }
  if (effort == Effort::what_is_known) {
    return std::vector<Diagnostic>{};
  }
  PYW_TRY(top_level_limit(context.world.environment)); // a slip there is told, not only with -v
  const auto made = make_dedicated(worker, context);
  if (!made || !*made) {
    context.world.reporter.verbose(
        made ? "the top level is not run: the runtime is not installed (`pyw toolchain install`)"
             : fmt::format("the top level could not be run: {}", made.error().message()));
    return std::vector<Diagnostic>{};
  }
  auto findings = (*made)->runs ? std::vector<Diagnostic>{} : (*made)->problems;
  if (!(*made)->timed_out) {
    static_cast<void>(files.write(memory, write_findings(findings))); // else it only costs time
  }
  return explained(std::move(findings));
}

void use_extensions(CloudSession& session,
                    const cloud::Worker& worker,
                    cloud::DeployPlan& plan,
                    Context& context) {
  const auto offered = cloud::read_extensions(session.api, session.account);
  if (!offered) {
    say_without(context, "the target did not tell what it offers", cloud::to_error(offered.error()));
    return;
  }
  if (!worker.manifest) {
    return;
  }
  if (offered->keeps_modules) {
    if (const auto known = cloud::known_modules(session.api, session.account, worker)) {
      cloud::leave_out(plan, worker, *known);
      context.world.reporter.verbose(
          fmt::format("{} known already", counted(known->size(), "module is", "modules are")));
    } else {
      say_without(context, "all modules are sent", known.error());
    }
  }
  if (offered->largest_snapshot) {
    if (const auto sent = send_snapshot(session, worker, *offered->largest_snapshot, plan, context); !sent) {
      say_without(context, "no memory snapshot goes along", sent.error());
    }
  }
}

} // namespace pyw::commands
