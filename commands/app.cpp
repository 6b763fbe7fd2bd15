#include <base/real_filesystem.hpp>
#include <base/terminal_reporter.hpp>
#include <commands/app.hpp>
#include <commands/parser.hpp>
#include <net/client.hpp>
#include <net/offline.hpp>
#include <python/interpreter.hpp>

#include <fmt/core.h>

#include <csignal>
#include <exception>

namespace pyw::commands {

namespace {

int report_failure(const Error& error, Reporter& reporter) {
  for (const auto& diagnostic : error.diagnostics) {
    reporter.report(diagnostic);
  }
  return exit_code_of(error);
}

int run_invocation(const Invocation& invocation, World& world) {
  if (invocation.kind != Invocation::Kind::command) {
    world.reporter.data(invocation.text);
    return 0;
  }
  net::OfflineClient offline(world.http);
  World chosen{world.files,
               world.processes,
               invocation.options.network == Network::offline ? offline : world.http,
               world.clock,
               world.reporter,
               world.environment};
  Context context{chosen, invocation.options};
  const auto outcome = invocation.runner(context);
  return outcome ? *outcome : report_failure(outcome.error(), world.reporter);
}

} // namespace

int run(const std::vector<std::string>& arguments, World& world, const Path& current_directory) {
  try {
    const auto parser = make_parser();
    const auto invocation = parser->parse(arguments, current_directory);
    if (!invocation) {
      return report_failure(invocation.error(), world.reporter);
    }
    if (auto* terminal = dynamic_cast<TerminalReporter*>(&world.reporter)) {
      terminal->configure(invocation->verbosity, invocation->progress);
    }
    return run_invocation(*invocation, world);
  } catch (const std::exception& problem) {
    // Nothing of ours throws for what can happen: this is a bug, and says so.
    return report_failure(internal_error(fmt::format("pyw failed: {}", problem.what()),
                                         {"this is a fault of pyw: please report it with the command line"}),
                          world.reporter);
  }
}

int run_with_real_world(int argc, char** argv) {
  if (argc > 0 && python::called_as_interpreter(argv[0])) {
    return python::run_as_interpreter(argc, argv);
  }
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of the write, not the end of pyw
  const auto environment = Environment::of_process();
  RealFileSystem files;
  RealProcessRunner processes;
  RealClock clock;
  TerminalReporter reporter(environment);
  const auto http = net::make_http_client(environment, clock, reporter);
  World world{files, processes, *http, clock, reporter, environment};
  std::error_code code;
  const auto current = std::filesystem::current_path(code);
  if (code) {
    return report_failure(user_error("the current folder does not exist any more"), reporter);
  }
  return run({argv + 1, argv + argc}, world, current);
}

} // namespace pyw::commands
