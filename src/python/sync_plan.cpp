#include <python/sync_plan.hpp>

#include <fmt/core.h>

#include <array>

namespace pyw::python {

namespace {

constexpr std::array<const char*, 15> misleading_variables{
    "CONDA_DEFAULT_ENV",
    "CONDA_PREFIX",
    "FORCE_COLOR",
    "PYTHONHOME",
    "PYTHONPATH",
    "RUST_LOG",
    "UV_PREFIX",
    "UV_PYTHON",
    "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "VIRTUAL_ENV",
    "UV_NO_BUILD",
    "UV_COMPILE_BYTECODE",
    "UV_EDITABLE",
};

void append(std::vector<std::string>& to, std::initializer_list<std::string> words) {
  to.insert(to.end(), words);
}

void append_index(std::vector<std::string>& arguments, const SyncInputs& inputs, ExtraIndex extra) {
  if (extra == ExtraIndex::pyodide && inputs.pyodide_index) {
    // Both indexes hold e.g. numpy, one without wheels for us: uv must compare all versions of both.
    append(arguments, {"--index", *inputs.pyodide_index, "--index-strategy", "unsafe-best-match"});
  }
}

SyncPaths paths_for(const SyncInputs& inputs) {
  const auto own = inputs.root / ".pyw";
  return {
      .root = inputs.root,
      .target = inputs.target,
      .lock = inputs.root / "pylock.toml",
      // uv wants the name `pylock.NAME.toml` (PEP 751).
      .fresh_lock = inputs.root / "pylock.pyw-sync.toml",
      .work = own / "sync",
      .fresh_target = own / "sync" / "python_modules",
      .turn = own / "sync.lock",
  };
}

std::string host_of(std::string_view url) {
  const auto start = url.find("://");
  const auto rest = start == std::string_view::npos ? url : url.substr(start + 3);
  const auto end = rest.substr(0, rest.find('/'));
  return std::string(end.substr(end.find('@') == std::string_view::npos ? 0 : end.find('@') + 1));
}

} // namespace

SyncPlan plan_sync(SyncInputs inputs, const SyncOptions& options) {
  SyncPlan plan;
  plan.why = difference(inputs.synced, inputs.wanted);
  if (plan.why.empty() && options.force) {
    plan.why = "`--force` was given";
  }
  if (plan.why.empty() && options.upgrade) {
    plan.why = "`--upgrade` was given";
  }
  if (plan.why.empty() && options.locked && !inputs.lock) {
    plan.why = "there is no `pylock.toml`";
  }
  plan.needed = !plan.why.empty();
  plan.paths = paths_for(inputs);
  plan.inputs = std::move(inputs);
  plan.options = options;
  return plan;
}

ExtraIndex extra_index_of(const SyncInputs& inputs) {
  const bool used = inputs.lock && inputs.pyodide_index &&
                    inputs.lock->find(host_of(*inputs.pyodide_index)) != std::string::npos;
  return used ? ExtraIndex::pyodide : ExtraIndex::none;
}

Command uv_command(const Path& uv, const Path& folder, std::vector<std::string> arguments) {
  Command command;
  command.argv = {uv.string(), "--color", "never", "--no-progress"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.working_directory = folder;
  for (const auto* name : misleading_variables) {
    command.environment[name] = std::nullopt;
  }
  command.standard_output = Stdio::null;
  return command;
}

Command compile_command(const SyncPlan& plan,
                        const Path& uv,
                        const Path& interpreter,
                        const std::vector<std::string>& local,
                        ExtraIndex extra) {
  const auto& inputs = plan.inputs;
  std::vector<std::string> arguments{"pip", "compile"};
  if (inputs.has_project_table) {
    arguments.emplace_back("pyproject.toml");
  }
  const bool add_sdk = !inputs.names_sdk;
  if (add_sdk) {
    arguments.emplace_back("-");
  }
  append(arguments,
         {"--python",
          interpreter.string(),
          "--only-binary",
          ":all:",
          "--no-header",
          "-o",
          plan.paths.fresh_lock.filename().string()});
  for (const auto& name : local) {
    append(arguments, {"--no-binary", name});
  }
  append_index(arguments, inputs, extra);
  if (plan.options.upgrade) {
    arguments.emplace_back("--upgrade");
  }
  if (plan.options.offline) {
    arguments.emplace_back("--offline");
  }
  auto command = uv_command(uv, plan.paths.root, std::move(arguments));
  if (add_sdk) {
    command.input = fmt::format("{}\n", sdk_package);
  }
  return command;
}

Command install_command(const SyncPlan& plan,
                        const Path& uv,
                        const Path& interpreter,
                        const std::vector<std::string>& local,
                        ExtraIndex extra) {
  std::vector<std::string> arguments{"pip", "install"};
  append(arguments,
         {"-r",
          plan.paths.fresh_lock.filename().string(),
          "--preview-features",
          "pylock",
          "--python",
          interpreter.string(),
          "--target",
          plan.paths.fresh_target.string(),
          "--only-binary",
          ":all:",
          "--no-editable"});
  for (const auto& name : local) {
    // uv keeps the wheel of a folder by its pyproject.toml's time; other files may have changed.
    append(arguments, {"--no-binary", name, "--refresh-package", name});
  }
  append_index(arguments, plan.inputs, extra);
  if (plan.options.offline) {
    arguments.emplace_back("--offline");
  }
  return uv_command(uv, plan.paths.root, std::move(arguments));
}

} // namespace pyw::python
