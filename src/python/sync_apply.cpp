#include <base/defer.hpp>
#include <python/explain.hpp>
#include <python/sync_apply.hpp>
#include <python/uv.hpp>
#include <python/wheel_probe.hpp>
#include <toolchain/uv.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace pyw::python {

namespace {

/// Without FileSystem::write's flush to disk (0.1 s and more): a sync that a power cut undoes is simply due
/// again.
Result<void> write_unflushed(FileSystem& files, const Path& path, std::string_view content) {
  PYW_TRY_ASSIGN(const auto file, files.create(path));
  PYW_TRY(file->write(content));
  return file->commit();
}

/// One sync under way: what every step needs.
class Session {
public:
  Session(World& world,
          const config::Project& project,
          const SyncPlan& plan,
          toolchain::UvProgram uv,
          Path interpreter,
          Progress& progress)
      : m_world(world), m_project(project), m_plan(plan), m_uv(std::move(uv)),
        m_interpreter(std::move(interpreter)), m_progress(progress), m_extra(extra_index_of(plan.inputs)) {}

  /// The text of the fresh lock, which then lies at paths.fresh_lock.
  [[nodiscard]] Result<std::string> resolve() {
    m_progress.label("resolving packages");
    if (m_plan.inputs.lock) {
      PYW_TRY(write_unflushed(m_world.files, m_plan.paths.fresh_lock, *m_plan.inputs.lock));
    }
    PYW_TRY_ASSIGN(auto failed, compile());
    // The extra index is asked only for what the others lack: most projects never need it.
    if (failed && m_extra == ExtraIndex::none && m_plan.inputs.pyodide_index && lacks_a_package(*failed)) {
      m_extra = ExtraIndex::pyodide;
      PYW_TRY_ASSIGN(failed, compile());
    }
    if (failed) {
      return failure(explained(*failed));
    }
    return m_world.files.read(m_plan.paths.fresh_lock);
  }

  /// Fills paths.fresh_target.
  [[nodiscard]] Result<void> install(const std::vector<LockedPackage>& packages) {
    m_progress.label("installing packages");
    std::vector<std::string> local;
    for (const auto& package : packages) {
      if (package.directory) {
        local.push_back(package.name);
      }
    }
    PYW_TRY(m_world.files.make_directories(m_plan.paths.fresh_target));
    PYW_TRY_ASSIGN(const auto failed, run(install_command(m_plan, m_uv.path, m_interpreter, local, m_extra)));
    if (failed) {
      return failure(explained(*failed));
    }
    PYW_TRY(strip_tree(m_world.files, m_plan.paths.fresh_target));
    return check_installed(m_world.files, m_plan.paths.fresh_target, packages);
  }

private:
  /// uv names one local package at a time that it cannot look into without building it: those are allowed,
  /// nothing else is.
  [[nodiscard]] Result<std::optional<UvFailure>> compile() {
    std::vector<std::string> local;
    for (;;) {
      PYW_TRY_ASSIGN(auto failed, run(compile_command(m_plan, m_uv.path, m_interpreter, local, m_extra)));
      auto unbuilt = failed ? unbuilt_local_package(failed->complaint) : std::string{};
      if (unbuilt.empty() || std::find(local.begin(), local.end(), unbuilt) != local.end()) {
        return failed;
      }
      local.push_back(std::move(unbuilt));
    }
  }

  [[nodiscard]] Result<std::optional<UvFailure>> run(const Command& command) {
    return run_uv(m_world, command, m_progress);
  }

  [[nodiscard]] static bool lacks_a_package(const UvFailure& failed) {
    const auto trouble = classify(failed.complaint);
    return trouble == Trouble::no_wheel || trouble == Trouble::unknown_package ||
           trouble == Trouble::no_such_version;
  }

  [[nodiscard]] Error explained(const UvFailure& failed) {
    const auto trouble = classify(failed.complaint);
    ExplainContext context{.project = m_project,
                           .python = m_plan.inputs.python,
                           .pyodide_index = m_plan.inputs.pyodide_index,
                           .asked_pyodide_index = m_extra == ExtraIndex::pyodide,
                           .uv_version = m_uv.version,
                           .wheels = {}};
    if (trouble == Trouble::no_wheel && !m_plan.options.offline) {
      m_progress.label("looking for wheels");
      context.wheels = probe_wheels(m_world, m_plan, m_uv.path, blamed_package(failed.complaint), m_extra);
    }
    return explain(failed.complaint, context);
  }

  World& m_world;
  const config::Project& m_project;
  const SyncPlan& m_plan;
  toolchain::UvProgram m_uv;
  Path m_interpreter;
  Progress& m_progress;
  ExtraIndex m_extra;
};

/// Names in the root that only an interrupted replacement leaves (RealFileSystem writes beside, then
/// renames).
bool is_leftover(const std::string& name) {
  return name.ends_with(".tmp") && (name.starts_with(".python_modules.") || name.starts_with(".pylock."));
}

Result<void> refuse_changed_lock(const SyncPlan& plan, const std::string& fresh) {
  if (!plan.inputs.lock) {
    return failure(user_error("there is no `pylock.toml`, and `--locked` makes none",
                              {"run `pyw sync` and commit `pylock.toml`"}));
  }
  if (!same_lock(*plan.inputs.lock, fresh)) {
    return failure(
        user_error("`pylock.toml` does not fit `pyproject.toml` any more, and `--locked` changes nothing",
                   {"run `pyw sync` and commit `pylock.toml`"}));
  }
  return {};
}

/// The user's own lock stays, comments and all, when the fresh one says the same.
bool keeps_lock(const SyncPlan& plan, const std::string& fresh) {
  return plan.inputs.lock && same_lock(*plan.inputs.lock, fresh);
}

/// The stamp of what is about to be installed from the fresh lock.
Result<Stamp> stamp_for(const ReadOnlyFileSystem& files, const SyncPlan& plan, const std::string& fresh) {
  auto stamp = plan.inputs.wanted;
  const auto& lock = keeps_lock(plan, fresh) ? *plan.inputs.lock : fresh;
  stamp.lock = lock_digest(lock);
  PYW_TRY_ASSIGN(stamp.local, local_digest(files, plan.paths.root, lock));
  return stamp;
}

Result<void>
put_in_place(FileSystem& files, const SyncPlan& plan, const std::string& lock, const Stamp& stamp) {
  const auto& paths = plan.paths;
  PYW_TRY(write_unflushed(files, paths.fresh_target / std::string(stamp_name), to_text(stamp)));
  // The tree first: should pyw die between the two, its stamp does not fit the old lock and the next run goes
  // on.
  PYW_TRY(files.replace_tree(paths.fresh_target, paths.target));
  return keeps_lock(plan, lock) ? files.remove_all(paths.fresh_lock)
                                : files.rename(paths.fresh_lock, paths.lock);
}

Result<void> ignore_own_folder(FileSystem& files, const Path& own) {
  const auto ignore_file = own / ".gitignore";
  if (files.exists(ignore_file)) {
    return {};
  }
  return write_unflushed(files, ignore_file, "*\n");
}

Result<void> remove_byte_code(FileSystem& files, const Path& tree) {
  PYW_TRY_ASSIGN(const auto entries, files.list(tree));
  for (const auto& entry : entries) {
    const auto path = tree / entry.name;
    if (entry.name == "__pycache__" || entry.name.ends_with(".pyc")) {
      PYW_TRY(files.remove_all(path));
    } else if (entry.type == FileType::directory) {
      PYW_TRY(remove_byte_code(files, path));
    }
  }
  return {};
}

} // namespace

Result<void> clear_leftovers(FileSystem& files, const SyncPaths& paths) {
  PYW_TRY(files.remove_all(paths.work));
  PYW_TRY(files.remove_all(paths.fresh_lock));
  PYW_TRY_ASSIGN(const auto entries, files.list(paths.root));
  for (const auto& entry : entries) {
    if (is_leftover(entry.name)) {
      PYW_TRY(files.remove_all(paths.root / entry.name));
    }
  }
  return {};
}

Result<void> strip_tree(FileSystem& files, const Path& tree) {
  PYW_TRY(files.remove_all(tree / ".lock"));
  // uv puts console scripts here; a package that is called `bin` stays.
  if (!files.exists(tree / "bin" / "__init__.py")) {
    PYW_TRY(files.remove_all(tree / "bin"));
  }
  return remove_byte_code(files, tree);
}

Result<void> check_installed(const ReadOnlyFileSystem& files,
                             const Path& tree,
                             const std::vector<LockedPackage>& packages) {
  constexpr std::string_view suffix = ".dist-info";
  PYW_TRY_ASSIGN(const auto entries, files.list(tree));
  std::set<std::string> installed;
  for (const auto& entry : entries) {
    if (entry.name.ends_with(suffix)) { // NAME-VERSION.dist-info, and NAME has no `-`
      installed.insert(normalized_name(entry.name.substr(0, entry.name.find('-'))));
    }
  }
  for (const auto& package : packages) {
    if (!package.conditional && !installed.contains(normalized_name(package.name))) {
      return failure(user_error(fmt::format("uv ended well, but `{}` is not installed", package.name),
                                {"`pyw sync -v --force` shows what uv does; `pyw doctor` which uv it is"}));
    }
  }
  return {};
}

Result<SyncResult>
apply_sync(World& world, const config::Project& project, const SyncPlan& plan, Apply mode) {
  const auto progress = world.reporter.progress("resolving packages", ProgressUnit::items);
  auto& files = world.files;
  PYW_TRY(ignore_own_folder(files, plan.paths.work.parent_path()));
  PYW_TRY(clear_leftovers(files, plan.paths));
  Defer clear([&] { (void)clear_leftovers(files, plan.paths); });

  std::vector<LockedPackage> before;
  if (plan.inputs.lock) { // uv would complain as well, but not say where
    PYW_TRY_ASSIGN(before, parse_pylock(*plan.inputs.lock));
  }
  PYW_TRY_ASSIGN(auto uv, toolchain::find_uv(world, plan.paths.root));
  PYW_TRY_ASSIGN(auto interpreter, ensure_interpreter(world, plan.inputs.python));
  Session session(world, project, plan, std::move(uv), std::move(interpreter), *progress);

  PYW_TRY_ASSIGN(const auto lock, session.resolve());
  if (plan.options.locked) {
    PYW_TRY(refuse_changed_lock(plan, lock));
  }
  SyncResult result;
  result.why = plan.why;
  result.python = plan.inputs.python.version;
  result.first = !plan.inputs.lock;
  PYW_TRY_ASSIGN(result.packages, parse_pylock(lock));
  result.changes = compare(before, result.packages);
  if (mode == Apply::dry_run) {
    return result;
  }
  // Before the build: a file that changes while it runs makes the next sync due.
  PYW_TRY_ASSIGN(const auto stamp, stamp_for(files, plan, lock));
  PYW_TRY(session.install(result.packages));
  progress->label("putting python_modules in place");
  PYW_TRY(put_in_place(files, plan, lock, stamp));
  result.changed = true;
  return result;
}

} // namespace pyw::python
