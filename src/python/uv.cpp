#include <base/text.hpp>
#include <python/uv.hpp>

#include <fmt/core.h>

#include <csignal>

namespace pyw::python {

namespace {

bool is_program(const ReadOnlyFileSystem& files, const Path& path) {
  const auto status = files.status(path);
  return status && *status && (*status)->type == FileType::file && ((*status)->mode & 0111U) != 0;
}

/// What uv tells while it works, in its present tense: "Downloading numpy (12.1MiB)", "Building x @ …".
bool is_news(std::string_view line) {
  for (const auto* verb :
       {"Resolved ", "Downloading ", "Building ", "Preparing ", "Prepared ", "Updating "}) {
    if (line.starts_with(verb)) {
      return true;
    }
  }
  return false;
}

} // namespace

Result<Path> find_uv(World& world, MayDownload) {
  if (const auto chosen = world.environment.get_nonempty("PYW_UV")) {
    if (is_program(world.files, *chosen)) {
      return Path(*chosen);
    }
    return failure(user_error(fmt::format("`PYW_UV` names `{}`, which is no program", *chosen)));
  }
  const auto path = world.environment.get("PATH").value_or("");
  for (const auto folder : split(path, ':')) {
    if (const auto candidate = Path(folder) / "uv"; !folder.empty() && is_program(world.files, candidate)) {
      return candidate;
    }
  }
  return failure(
      user_error("`uv` is not installed", {"`pip install uv`, or see uv's own page on installing"}));
}

std::string uv_version(World& world, const Path& uv) {
  Command command;
  command.argv = {uv.string(), "--version"};
  const auto output = world.processes.run(command);
  if (!output || !output->exit.success()) {
    return "";
  }
  const auto words = split_words(output->standard_output); // "uv 0.13.8 (hash date)"
  return words.size() > 1 ? std::string(words[1]) : "";
}

Result<std::optional<UvFailure>> run_uv(World& world, const Command& command, Progress& progress) {
  world.reporter.verbose(fmt::format("$ {}", display(command)));
  PYW_TRY_ASSIGN(const auto output, world.processes.run(command, [&](std::string_view line) {
    world.reporter.verbose(fmt::format("uv: {}", line));
    if (const auto text = trim(line); is_news(text)) {
      progress.label(text);
    }
  }));
  if (output.exit.success()) {
    return std::nullopt;
  }
  if (output.exit.kind == Exit::Kind::signalled) {
    return failure(user_error(fmt::format("uv was ended by {}", describe(output.exit)),
                              {"run it again: nothing was changed"}));
  }
  return UvFailure{output.exit, parse_complaint(output.standard_error)};
}

} // namespace pyw::python
