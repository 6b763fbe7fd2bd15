#include <base/hash.hpp>
#include <runtime/entry_scan.hpp>
#include <runtime/mock_worker.hpp>
#include <runtime/pack.hpp>

#include <fmt/core.h>

namespace pyw::runtime {

Result<MockWorker> MockWorker::load(const config::Project& project,
                                    const Path& file,
                                    const GuestFiles& packages,
                                    const Path& run_directory,
                                    FileSystem& files) {
  PYW_TRY_ASSIGN(const auto text, files.read_if_exists(file));
  if (!text) {
    return failure(user_error(fmt::format("the mock `{}` does not exist", file.string())));
  }
  MockWorker mock;
  mock.m_classes = exportable_names(*text);
  if (mock.m_classes.empty()) {
    return failure(
        user_error(fmt::format("the mock `{}` has no class", file.string()),
                   {"a class named like the binding answers for it: `class AI(WorkerEntrypoint):`"}));
  }
  // Of the real Worker it keeps the Python, the date and the flags.
  mock.m_project.root = project.root;
  mock.m_project.name.value = project.name.value + "-mock";
  mock.m_project.compatibility_date = project.compatibility_date;
  mock.m_project.compatibility_flags = project.compatibility_flags;
  mock.m_project.python_version = project.python_version;
  const auto name = file.filename().string();
  mock.m_bundle.entry = {name, bundle::ModuleKind::python, bundle::Origin::own, file, text->size()};
  mock.m_bundle.module_root = file.parent_path();
  mock.m_bundle.project_root = project.root;
  mock.m_run = run_directory / "mock";
  const auto pack = make_pack(std::vector<PackFile>{{name, *text}});
  PYW_TRY(files.write(mock.m_run / "app.pack", pack));
  mock.m_files = packages;
  mock.m_files.own = mock.m_run / "app.pack";
  mock.m_digest = sha256_hex(pack);
  return mock;
}

PlanInput MockWorker::input(const PlanInput& real) const {
  return {m_project,
          m_bundle,
          real.parts,
          m_files,
          m_run,
          real.state_directory,
          real.registry,
          m_classes,
          m_handlers,
          real.environment,
          real.asset_files,
          real.observe};
}

} // namespace pyw::runtime
