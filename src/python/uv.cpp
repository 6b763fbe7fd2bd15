#include <base/text.hpp>
#include <python/uv.hpp>

#include <fmt/core.h>

namespace pyw::python {

namespace {

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
