#include <python/edit_requirements.hpp>
#include <python/explain.hpp>
#include <python/uv.hpp>
#include <toolchain/uv.hpp>

#include <fmt/core.h>

namespace pyw::python {

namespace {

/// Puts pyproject.toml back unless dismissed.
class Undo {
public:
  Undo(FileSystem& files, Path path, std::optional<std::string> before)
      : m_files(files), m_path(std::move(path)), m_before(std::move(before)) {}

  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

  ~Undo() {
    if (m_armed) {
      // When even this fails there is nothing better to do; the first error is the one to report.
      (void)(m_before ? m_files.write(m_path, *m_before) : m_files.remove_all(m_path));
    }
  }

  void dismiss() { m_armed = false; }

private:
  FileSystem& m_files;
  Path m_path;
  std::optional<std::string> m_before;
  bool m_armed = true;
};

Command
edit_command(const EditRequest& request, const Path& uv, const Path& interpreter, const Path& folder) {
  // --frozen: neither a uv.lock nor a .venv is made, pyproject.toml alone is edited.
  std::vector<std::string> arguments{
      request.edit == Edit::add ? "add" : "remove", "--frozen", "--python", interpreter.string()};
  if (request.edit == Edit::add) {
    arguments.emplace_back("--no-workspace"); // a folder is a path dependency, not one more project of ours
  }
  if (request.offline) {
    arguments.emplace_back("--offline");
  }
  arguments.emplace_back("--");
  arguments.insert(arguments.end(), request.packages.begin(), request.packages.end());
  auto command = uv_command(uv, folder, std::move(arguments));
  return command;
}

Error explained(const config::Project& project,
                const TargetPython& python,
                const std::string& version,
                const UvFailure& failed) {
  const ExplainContext context{.project = project,
                               .python = python,
                               .pyodide_index = {},
                               .asked_pyodide_index = false,
                               .uv_version = version,
                               .wheels = {}};
  return explain(failed.complaint, context);
}

Result<void> edit(World& world, const config::Project& project, const EditRequest& request) {
  PYW_TRY_ASSIGN(const auto python, target_python(config::to_text(project.python_version)));
  PYW_TRY_ASSIGN(const auto uv, toolchain::find_uv(world, project.root));
  PYW_TRY_ASSIGN(const auto interpreter, ensure_interpreter(world, python));
  const auto progress = world.reporter.progress("editing pyproject.toml", ProgressUnit::items);
  PYW_TRY_ASSIGN(const auto failed,
                 run_uv(world, edit_command(request, uv.path, interpreter, project.root), *progress));
  if (failed) {
    return failure(explained(project, python, uv.version, *failed));
  }
  return {};
}

} // namespace

std::string minimal_pyproject(const config::Project& project) {
  return fmt::format(
      "[project]\nname = \"{}\"\nversion = \"0.1.0\"\nrequires-python = \">={}\"\ndependencies = []\n",
      project.name.value,
      config::to_text(project.python_version));
}

Result<SyncResult> edit_and_sync(World& world,
                                 const config::Project& project,
                                 const EditRequest& request,
                                 const std::function<Result<config::Project>()>& reload) {
  const auto file = project.root / "pyproject.toml";
  PYW_TRY_ASSIGN(auto before, world.files.read_if_exists(file));
  Undo undo(world.files, file, before);
  if (!before) {
    PYW_TRY(world.files.write(file, minimal_pyproject(project)));
  }
  PYW_TRY(edit(world, project, request));
  PYW_TRY_ASSIGN(const auto edited, reload());
  PYW_TRY_ASSIGN(auto result, sync(world, edited, {.offline = request.offline}));
  undo.dismiss();
  return result;
}

} // namespace pyw::python
