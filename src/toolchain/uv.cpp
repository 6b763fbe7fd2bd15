#include <base/text.hpp>
#include <toolchain/toolchain.hpp>
#include <toolchain/uv.hpp>

#include <fmt/core.h>

#include <array>
#include <charconv>

namespace pyw::toolchain {

namespace {

/// What identifies a program file: when any of it changes, its version is asked for again.
std::string identity_of(const Path& path, const FileStatus& status) {
  return fmt::format("{} {} {}", status.size, status.modified_ns, path.string());
}

/// One line "VERSION SIZE MODIFIED PATH": the last uv seen in PATH.
Path memo_path(const World& world) {
  return world.environment.cache_directory() / "uv-version";
}

std::optional<std::string> remembered_version(const World& world, const std::string& identity) {
  const auto text = world.files.read_if_exists(memo_path(world));
  if (!text || !*text) {
    return std::nullopt;
  }
  const auto space = (*text)->find(' ');
  if (space == std::string::npos || trim(std::string_view(**text).substr(space + 1)) != identity) {
    return std::nullopt;
  }
  return (*text)->substr(0, space);
}

Result<std::optional<std::string>> version_of(World& world, const Path& path, const FileStatus& status) {
  const auto identity = identity_of(path, status);
  if (auto version = remembered_version(world, identity)) {
    return version;
  }
  Command command;
  command.argv = {path.string(), "--version"};
  const auto output = world.processes.run(command);
  if (!output || !output->exit.success()) {
    world.reporter.verbose(
        fmt::format("`{} --version` failed: {}",
                    path.string(),
                    output ? describe(output->exit) : std::string(output.error().message())));
    return std::nullopt;
  }
  auto version = parse_uv_version(output->standard_output);
  if (version) {
    // A memo only: without it the question is asked again.
    static_cast<void>(world.files.write(memo_path(world), fmt::format("{} {}\n", *version, identity)));
  }
  return version;
}

Result<UvProgram> uv_of_the_user(World& world, const Path& path) {
  PYW_TRY_ASSIGN(const auto status, world.files.status(path));
  if (status && status->type == FileType::file) {
    PYW_TRY_ASSIGN(const auto version, version_of(world, path, *status));
    if (version) {
      return UvProgram{path, *version};
    }
  }
  return failure(user_error(fmt::format("`{}`, which PYW_UV names, is not a uv that runs", path.string()),
                            {"correct PYW_UV, or unset it"}));
}

} // namespace

std::optional<std::string> parse_uv_version(std::string_view output) {
  const auto words = split_words(output);
  if (words.size() < 2 || words[0] != "uv" || words[1].find_first_of("0123456789") != 0) {
    return std::nullopt;
  }
  return std::string(words[1]);
}

bool is_at_least(std::string_view version, std::string_view wanted) {
  const auto numbers = [](std::string_view text) {
    std::array<int, 3> parts{};
    std::size_t i = 0;
    for (const auto part : split(text, '.')) {
      if (i < parts.size()) {
        std::from_chars(part.data(), part.data() + part.size(), parts.at(i++));
      }
    }
    return parts;
  };
  return numbers(version) >= numbers(wanted);
}

Result<std::optional<UvProgram>> uv_in_path(World& world) {
  const auto path_variable = world.environment.get("PATH").value_or("");
  for (const auto folder : split(path_variable, ':')) {
    if (folder.empty()) {
      continue;
    }
    const auto path = Path(folder) / "uv";
    const auto status = world.files.status(path);
    if (!status || !*status || (*status)->type != FileType::file || ((*status)->mode & 0111U) == 0) {
      continue; // also folders that cannot be looked into
    }
    PYW_TRY_ASSIGN(auto version, version_of(world, path, **status));
    if (version) {
      return UvProgram{path, std::move(*version)};
    }
  }
  return std::nullopt;
}

Result<UvProgram> find_uv(World& world, const Path& directory) {
  if (const auto named = world.environment.get_nonempty("PYW_UV")) {
    return uv_of_the_user(world, *named);
  }
  PYW_TRY_ASSIGN(auto found, uv_in_path(world));
  if (found && is_at_least(found->version, oldest_uv)) {
    return std::move(*found);
  }
  if (found) {
    world.reporter.verbose(fmt::format("uv {} in `{}` is older than {}: the pinned one is used",
                                       found->version,
                                       found->path.string(),
                                       oldest_uv));
  }
  constexpr std::array<Part, 1> wanted{Part::uv};
  PYW_TRY_ASSIGN(const auto installed, ensure(world, directory, wanted));
  PYW_TRY_ASSIGN(const auto pins, pins_here(wanted));
  return UvProgram{installed.program(Part::uv), std::string(pins.front()->version)};
}

} // namespace pyw::toolchain
