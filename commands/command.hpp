// A command = metadata + an options struct + run(options, context). commands/table.cpp lists them all; help,
// completion and did-you-mean come from the same rows.
#pragma once

#include <base/world.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace pyw::commands {

enum class OutputFormat { text, json };
enum class Network { allowed, offline };

/// What stands before the command's name; also accepted after it.
struct GlobalOptions {
  Path directory;                         ///< -C, absolute; else the current folder
  std::optional<Path> config;             ///< -c
  std::vector<Path> more_configs;         ///< further -c: only `pyw dev` takes several
  std::optional<std::string> environment; ///< -e; "" means the top level explicitly
  OutputFormat format = OutputFormat::text;
  Network network = Network::allowed;
};

struct Context {
  World& world;
  const GlobalOptions& options;
};

/// Runs a parsed command; the value is the exit code.
using Runner = std::function<Result<int>(Context&)>;

struct Example {
  std::string_view line;
  std::string_view what;
};

enum class Group { project, run, cloud, data, tool };

struct CommandEntry {
  std::string_view name;
  std::string_view summary; ///< one line, no full stop
  Group group = Group::project;
  std::vector<Example> examples;
  /// Adds options (and subcommands) to `app` and returns what runs once they are parsed. The returned runner
  /// owns the options struct that the options were bound to.
  std::function<Runner(CLI::App& app)> declare;
};

} // namespace pyw::commands
