#include <base/platform.hpp>
#include <base/process.hpp>
#include <base/text.hpp>
#include <python/build_python.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace pyw::python {

namespace {

// The usual name first; a version manager's stand-ins for versions that are not installed do not pass the
// check.
constexpr std::array<const char*, 5> usual_names{
    "python3", "python3.14", "python3.13", "python3.12", "python3.11"};

std::optional<Path> chosen_python() {
  const auto* chosen = std::getenv("PYW_BUILD_PYTHON");
  return chosen != nullptr && *chosen != '\0' ? std::optional<Path>(chosen) : std::nullopt;
}

bool is_pyw(const Path& program) {
  std::error_code code;
  const auto own = platform::own_executable();
  return own && std::filesystem::equivalent(program, *own, code);
}

bool is_new_enough(const Path& program) {
  Command command;
  command.argv = {program.string(),
                  "-c",
                  fmt::format("import sys; sys.exit(sys.version_info < (3, {}))", oldest_build_minor)};
  const auto output = RealProcessRunner{}.run(command, {});
  return output && output->exit.success();
}

} // namespace

std::optional<Path> packages_of_environment(const Path& environment_python) {
  const auto root = environment_python.parent_path().parent_path();
  std::error_code code;
  if (!std::filesystem::exists(root / "pyvenv.cfg", code)) {
    return std::nullopt;
  }
  for (const auto& entry : std::filesystem::directory_iterator(root / "lib", code)) {
    if (entry.path().filename().string().starts_with("python3.")) {
      return entry.path() / "site-packages";
    }
  }
  return std::nullopt;
}

std::vector<Path> possible_build_pythons() {
  if (const auto chosen = chosen_python()) {
    return {*chosen};
  }
  std::vector<Path> found;
  const auto* path = std::getenv("PATH");
  for (const auto* name : usual_names) {
    for (const auto folder : split(path != nullptr ? path : "", ':')) {
      auto candidate = Path(folder) / name;
      if (::access(candidate.c_str(), X_OK) == 0 && !is_pyw(candidate)) {
        found.push_back(std::move(candidate));
      }
    }
  }
  return found;
}

std::optional<Path> find_build_python() {
  if (auto chosen = chosen_python()) {
    return chosen; // whoever chose it knows
  }
  for (const auto& candidate : possible_build_pythons()) {
    if (is_new_enough(candidate)) {
      return candidate;
    }
  }
  return std::nullopt;
}

int run_build_python(const Path& environment_python, const std::vector<std::string>& arguments) {
  const auto python = find_build_python();
  if (!python) {
    std::fputs("pyw: building a local package needs a Python 3.11 or newer on this machine\n", stderr);
    return 2;
  }
  if (const auto packages = packages_of_environment(environment_python)) {
    ::setenv("PYTHONPATH", packages->c_str(), 1);
  }
  std::vector<std::string> words{python->string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  ::execv(python->c_str(), pointers.data());
  std::fputs(fmt::format("pyw: cannot run `{}`\n", python->string()).c_str(), stderr);
  return 2;
}

} // namespace pyw::python
