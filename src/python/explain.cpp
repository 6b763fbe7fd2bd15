#include <base/text.hpp>
#include <python/explain.hpp>
#include <python/sync_inputs.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::python {

namespace {

constexpr std::string_view known_good_uv = "0.13.8";
constexpr std::string_view still_works =
    "`python_modules` and `pylock.toml` are as they were: `pyw dev --no-sync` runs with what is there";

/// Who asks for `package`, who asks for those, and so on up to a requirement of the project itself.
std::vector<std::string>
chain_of(const UvComplaint& complaint, const ExplainContext& context, const std::string& package) {
  constexpr std::size_t longest = 8; // uv's reasoning may go in circles
  const bool named = context.project.python && context.project.python->name;
  const auto project = named ? normalized_name(context.project.python->name->value) : std::string{};
  std::vector<std::string> chain;
  for (auto next = dependent_of(complaint, package); !next.empty() && chain.size() < longest;
       next = dependent_of(complaint, chain.back())) {
    const bool seen = next == package || std::find(chain.begin(), chain.end(), next) != chain.end();
    if (seen || normalized_name(next) == project || next == "you") {
      break;
    }
    chain.push_back(next);
  }
  return chain;
}

/// The requirement in pyproject.toml that names `package`, or else one of the chain.
const config::Located<std::string>* requirement_for(const config::Project& project,
                                                    const std::string& package,
                                                    const std::vector<std::string>& chain) {
  if (!project.python) {
    return nullptr;
  }
  auto names = chain;
  names.insert(names.begin(), package);
  for (const auto& name : names) {
    for (const auto& requirement : project.python->dependencies) {
      if (!name.empty() && requirement_name(requirement.value) == normalized_name(name)) {
        return &requirement;
      }
    }
  }
  return nullptr;
}

/// An error that points at the requirement when it can be found.
Error at_requirement(const ExplainContext& context,
                     std::string message,
                     const std::string& package,
                     const std::vector<std::string>& chain,
                     std::vector<std::string> hints) {
  if (const auto* requirement = requirement_for(context.project, package, chain)) {
    Error error;
    error.diagnostics.push_back(
        context.project.diagnose(Severity::error, std::move(message), requirement->place, std::move(hints)));
    return error;
  }
  return user_error(std::move(message), std::move(hints));
}

/// " (needed by `jinja2`, needed by `flask`)" when it is not the project itself that asks.
std::string needed_by(const std::vector<std::string>& chain) {
  std::vector<std::string> parts;
  for (const auto& name : chain) {
    parts.push_back(fmt::format("needed by `{}`", name));
  }
  return parts.empty() ? "" : fmt::format(" ({})", join(parts, ", "));
}

Error unknown_package(const UvComplaint& complaint, const ExplainContext& context) {
  const auto package = blamed_package(complaint);
  const auto chain = chain_of(complaint, context, package);
  return at_requirement(
      context,
      fmt::format("there is no package `{}`{}", package, needed_by(chain)),
      package,
      chain,
      {"check the spelling; a package of a private index needs `[[tool.uv.index]]` in `pyproject.toml`"});
}

std::vector<std::string> wheel_hints(const std::string& package, const ExplainContext& context) {
  std::vector<std::string> hints;
  if (context.wheels.other_version) {
    hints.push_back(fmt::format(
        "`{}=={}` has one: let the requirement admit it", package, *context.wheels.other_version));
  }
  if (context.wheels.other_python) {
    hints.push_back(
        fmt::format("Python {} has one: choose it with `compatibility_date` or a `python_workers_…` flag",
                    *context.wheels.other_python));
  }
  if (!context.pyodide_index) {
    hints.emplace_back("Pyodide's own package index may have it: set `PYW_PYODIDE_INDEX` to its address");
  } else if (context.asked_pyodide_index) {
    hints.emplace_back("Pyodide's package index (`PYW_PYODIDE_INDEX`) was asked as well");
  }
  hints.emplace_back(
      "use a pure-Python package instead, or build a wheel and name its folder in `[tool.uv] find-links`");
  return hints;
}

Error no_wheel(const UvComplaint& complaint, const ExplainContext& context) {
  const auto package = blamed_package(complaint);
  const auto chain = chain_of(complaint, context, package);
  const auto message =
      fmt::format("`{}`{} has no wheel for Python {} on WebAssembly: neither a pure-Python one nor one "
                  "tagged `{}_{}_0_wasm32`",
                  package,
                  needed_by(chain),
                  context.python.version,
                  context.python.platform_name,
                  context.python.platform_year);
  return at_requirement(context, message, package, chain, wheel_hints(package, context));
}

Error no_such_version(const UvComplaint& complaint, const ExplainContext& context) {
  const auto package = blamed_package(complaint);
  const auto chain = chain_of(complaint, context, package);
  return at_requirement(
      context,
      fmt::format(
          "no version of `{}` fits{}:\n{}", package, needed_by(chain), trimmed_explanation(complaint)),
      package,
      chain,
      {"widen the requirement"});
}

Error conflict(const UvComplaint& complaint) {
  return user_error(fmt::format("the requirements exclude each other:\n{}", trimmed_explanation(complaint)),
                    {"widen one of the requirements named above; `pyw sync --upgrade` gives up old pins"});
}

/// uv's own words, without lines that are longer than any sentence of its (a file in one line, quoted).
std::string shortened(std::string_view text) {
  constexpr std::size_t longest_line = 240;
  constexpr std::size_t most_lines = 30;
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) {
    if (lines.size() == most_lines) {
      lines.emplace_back("…");
      break;
    }
    lines.push_back(line.size() <= longest_line ? std::string(line)
                                                : std::string(line.substr(0, longest_line)) + "…");
  }
  return join(lines, "\n");
}

std::string reason_of(const UvComplaint& complaint) {
  return shortened(complaint.causes.empty() ? complaint.headline : complaint.causes.back());
}

Error about_network(const UvComplaint& complaint,
                    const ExplainContext& context,
                    std::string_view what,
                    std::vector<std::string> hints) {
  const auto address = failed_address(complaint);
  const auto where = address.empty() ? "" : fmt::format(" `{}`", address);
  const bool is_pyodide = context.pyodide_index && address.starts_with(*context.pyodide_index);
  if (is_pyodide) {
    hints.emplace_back(
        "this is Pyodide's package index: without it (`PYW_PYODIDE_INDEX=off`) everything that has wheels "
        "on the Python index still works");
  }
  hints.emplace_back(still_works);
  return user_error(fmt::format("{}{}: {}", what, where, reason_of(complaint)), std::move(hints));
}

Error too_old(const UvComplaint& complaint, const ExplainContext& context) {
  return user_error(fmt::format("uv {} is too old: {}", context.uv_version, complaint.headline),
                    {fmt::format("update it: `uv self update`, or install {} or newer", known_good_uv)});
}

Error refused_interpreter(const UvComplaint& complaint, const ExplainContext& context) {
  const auto version = context.uv_version.empty() ? "" : fmt::format(" {}", context.uv_version);
  return user_error(
      fmt::format("uv{} does not accept pyw's answer about Python {}: {}",
                  version,
                  context.python.version,
                  reason_of(complaint)),
      {fmt::format("pyw was made for uv {}: install that version, or a newer pyw", known_good_uv)});
}

Error build_failed(const UvComplaint& complaint, const ExplainContext& context) {
  const auto package = blamed_package(complaint);
  return at_requirement(
      context,
      fmt::format(
          "the local package `{}` could not be built:\n{}", package, trimmed_explanation(complaint, 20)),
      package,
      {},
      {"building runs on a Python 3.11 or newer of this machine; `PYW_BUILD_PYTHON` names another"});
}

Error build_needed(const UvComplaint& complaint, const ExplainContext& context) {
  const auto package = blamed_package(complaint);
  const auto what = package.empty() ? std::string("a package") : fmt::format("`{}`", package);
  return at_requirement(
      context,
      fmt::format("{} would have to be built, and pyw builds only packages in local folders", what),
      package,
      {},
      {"for a package in git: clone it and use `[tool.uv.sources] NAME = {path = \"FOLDER\"}`"});
}

} // namespace

Error explain(const UvComplaint& complaint, const ExplainContext& context) {
  switch (classify(complaint)) {
  case Trouble::unknown_package:
    return unknown_package(complaint, context);
  case Trouble::no_wheel:
    return no_wheel(complaint, context);
  case Trouble::no_such_version:
    return no_such_version(complaint, context);
  case Trouble::conflict:
    return conflict(complaint);
  case Trouble::not_cached:
    return user_error("not everything that is needed is in uv's cache, and the network is not to be used",
                      {"run it once without `--offline`", std::string(still_works)});
  case Trouble::unreachable:
    return about_network(
        complaint, context, "cannot reach", {"check the connection; uv's settings name the index"});
  case Trouble::certificate:
    return about_network(
        complaint,
        context,
        "the connection is not trusted to",
        {"behind a proxy that signs with its own certificate: set `SSL_CERT_FILE`, or `UV_SYSTEM_CERTS=1`"});
  case Trouble::proxy:
    return about_network(complaint,
                         context,
                         "the proxy lets nothing through to",
                         {"check `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`"});
  case Trouble::proxy_login:
    return about_network(complaint,
                         context,
                         "the proxy wants a user name and password before it asks",
                         {"write them into the variable: `HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`"});
  case Trouble::index_login:
    return about_network(complaint,
                         context,
                         "the package index refuses access",
                         {"`uv auth login HOST` stores a user name and password"});
  case Trouble::index_error:
    return about_network(complaint, context, "the package index fails", {"try again in a while"});
  case Trouble::disk_full:
    return user_error(
        fmt::format("the disk is full: {}", reason_of(complaint)),
        {"free space; `uv cache prune` removes what uv does not need any more", std::string(still_works)});
  case Trouble::not_writable:
    return user_error(fmt::format("a folder cannot be written: {}", reason_of(complaint)),
                      {"check who owns it (`ls -ld`), and uv's cache (`uv cache dir`)"});
  case Trouble::too_old:
    return too_old(complaint, context);
  case Trouble::refused_interpreter:
    return refused_interpreter(complaint, context);
  case Trouble::build_failed:
    return build_failed(complaint, context);
  case Trouble::build_needed:
    return build_needed(complaint, context);
  case Trouble::bad_project:
    return user_error(fmt::format("uv cannot read the project: {}", shortened(whole_text(complaint))));
  case Trouble::bad_lock:
    return user_error(fmt::format("`pylock.toml` cannot be read: {}", shortened(whole_text(complaint))),
                      {"remove it and run `pyw sync`: a fresh one is made from `pyproject.toml`"});
  case Trouble::bad_requirement:
    return user_error(fmt::format("this is no requirement: {}", shortened(whole_text(complaint))),
                      {"like `httpx`, `httpx>=0.28`, `pydantic[email]` or `./FOLDER`"});
  case Trouble::not_a_dependency:
    return user_error(complaint.headline, {"`pyproject.toml` lists what can be removed"});
  case Trouble::missing_path:
    return user_error(fmt::format("a local package is not there: {}", complaint.headline),
                      {"correct its path under `[tool.uv.sources]`"});
  case Trouble::unknown:
    break;
  }
  return user_error(fmt::format("uv failed: {}", shortened(whole_text(complaint))));
}

} // namespace pyw::python
