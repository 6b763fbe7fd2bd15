#include <base/platform.hpp>
#include <base/real_filesystem.hpp>
#include <python/build_python.hpp>
#include <python/interpreter.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace pyw::python {

namespace {

// Under the name pyemscripten uv takes wheels tagged pyodide_YEAR_0 as well (tried with 2025 and uv 0.13.8).
constexpr std::array<TargetPython, 2> targets{{
    {"3.14", "3.14.2", "pyemscripten", 2026},
    {"3.13", "3.13.2", "pyemscripten", 2025},
}};

/// What uv's program text contains, whatever else is around it.
constexpr std::string_view question = "get_interpreter_info";

nlohmann::json scheme_below(const Path& prefix, const std::string& packages) {
  return {{"platlib", packages},
          {"purelib", packages},
          {"include", (prefix / "include").string()},
          {"scripts", (prefix / "bin").string()},
          {"data", prefix.string()}};
}

nlohmann::json markers_of(const TargetPython& target) {
  return {{"implementation_name", "cpython"},
          {"implementation_version", target.full_version},
          {"os_name", "posix"},
          {"platform_machine", "wasm32"},
          {"platform_python_implementation", "CPython"},
          {"platform_release", "5.0.3"},
          {"platform_system", "Emscripten"},
          {"platform_version", "#1"},
          {"python_full_version", target.full_version},
          {"python_version", target.version},
          {"sys_platform", "emscripten"}};
}

bool asks_the_question(int argc, char** argv) {
  return std::any_of(argv + 1, argv + argc, [](std::string_view argument) {
    return argument.find(question) != std::string_view::npos;
  });
}

/// The version in the name of the program, or of the interpreter that the environment's link leads to.
std::string_view version_in_name(std::string_view name) {
  constexpr std::string_view stem = "python";
  return name.starts_with(stem) ? name.substr(stem.size()) : std::string_view{};
}

/// Follows links (a virtual environment's `bin/python`) until the name carries a version that we know.
std::optional<std::pair<TargetPython, Path>> identify(Path program) {
  for (int hops = 0; hops < 8; ++hops) {
    const auto name = program.filename().string();
    for (const auto& target : targets) {
      if (version_in_name(name) == target.version) {
        return std::pair{target, program.parent_path().parent_path()};
      }
    }
    std::error_code code;
    const auto next = std::filesystem::read_symlink(program, code);
    if (code) {
      return std::nullopt;
    }
    program = next.is_absolute() ? next : program.parent_path() / next;
  }
  return std::nullopt;
}

Result<void> link_or_copy(FileSystem& files, const Path& program, const Path& place) {
  PYW_TRY(files.make_directories(place.parent_path()));
  // Beside, then renamed: another pyw may be using the old link right now.
  const auto fresh = place.parent_path() / fmt::format(".{}.{}", place.filename().string(), ::getpid());
  PYW_TRY(files.remove_all(fresh));
  if (files.make_symlink(program, fresh)) {
    return files.rename(fresh, place);
  }
  PYW_TRY_ASSIGN(const auto bytes, files.read(program));
  return files.write(place, bytes, 0755);
}

} // namespace

std::span<const TargetPython> target_pythons() {
  return targets;
}

Result<TargetPython> target_python(std::string_view version) {
  for (const auto& target : targets) {
    if (target.version == version) {
      return target;
    }
  }
  return failure(user_error(fmt::format("pyw installs no packages for Python {}", version),
                            {"set `compatibility_date` to 2026-09-08 or later for Python 3.14, or to "
                             "2025-09-29 or later for Python 3.13",
                             "or name one in `compatibility_flags`: `python_workers_20260610` (3.14), "
                             "`python_workers_20250116` (3.13)"}));
}

std::string interpreter_answer(const TargetPython& target, const Path& prefix) {
  const auto name = fmt::format("python{}", target.version);
  const auto library = (prefix / "lib" / name).string();
  const auto packages = library + "/site-packages";
  const auto executable = (prefix / "bin" / name).string();
  const auto relative_packages = fmt::format("lib/{}/site-packages", name);
  std::string digits(target.version);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());

  const nlohmann::json answer = {
      {"result", "success"},
      {"markers", markers_of(target)},
      {"sys_base_prefix", prefix.string()},
      {"sys_base_exec_prefix", prefix.string()},
      {"sys_prefix", prefix.string()},
      {"sys_base_executable", executable},
      {"sys_executable", executable},
      {"sys_path", {library}},
      {"site_packages", {packages}},
      {"stdlib", library},
      {"extension_suffixes", {fmt::format(".cpython-{}-wasm32-emscripten.so", digits), ".so"}},
      {"standalone", false},
      {"scheme", scheme_below(prefix, packages)},
      {"virtualenv",
       {{"platlib", relative_packages},
        {"purelib", relative_packages},
        {"include", fmt::format("include/site/{}", name)},
        {"scripts", "bin"},
        {"data", ""}}},
      {"os", {{"name", target.platform_name}, {"major", target.platform_year}, {"minor", 0}}},
      {"arch", "wasm32"},
      {"cpu_info", {{"unavailable", "emscripten"}}},
      {"manylinux_compatible", false},
      {"gil_disabled", false},
      {"debug_enabled", false},
      {"pointer_size", "32"},
  };
  return answer.dump() + "\n";
}

Result<Path> ensure_interpreter(World& world, const TargetPython& target) {
  PYW_TRY_ASSIGN(const auto program, platform::own_executable());
  const auto prefix = world.environment.cache_directory() / "interpreters" / std::string(target.version);
  auto place = prefix / "bin" / fmt::format("python{}", target.version);
  const auto current = world.files.read_link(place);
  if (!current || *current != program) {
    PYW_TRY(link_or_copy(world.files, program, place));
  }
  return place;
}

bool called_as_interpreter(std::string_view argv0) {
  const auto name = argv0.substr(argv0.find_last_of('/') + 1);
  if (!name.starts_with("python")) {
    return false;
  }
  return name.find_first_not_of("0123456789.", std::string_view("python").size()) == std::string_view::npos;
}

int run_as_interpreter(int argc, char** argv) {
  const Path program = argv[0];
  if (!asks_the_question(argc, argv)) {
    return run_build_python(program, {argv + 1, argv + argc});
  }
  const auto identity = identify(std::filesystem::absolute(program));
  if (!identity) {
    std::fputs("pyw answers for Python 3.14 and 3.13 only\n", stderr);
    return 2;
  }
  const auto answer = interpreter_answer(identity->first, identity->second);
  return std::fwrite(answer.data(), 1, answer.size(), stdout) == answer.size() && std::fflush(stdout) == 0
             ? 0
             : 2;
}

} // namespace pyw::python
