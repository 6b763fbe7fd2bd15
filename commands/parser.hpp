// The command line as a tree of CLI11 parsers, built from the command table.
#pragma once

#include <base/terminal_reporter.hpp>
#include <commands/command.hpp>

#include <memory>
#include <string>
#include <vector>

namespace pyw::commands {

/// What a command line asks for.
struct Invocation {
  enum class Kind { help, version, command };
  Kind kind = Kind::command;
  std::string text; ///< what to print for help and version
  Runner runner;    ///< for command
  GlobalOptions options;
  Verbosity verbosity = Verbosity::normal;
  bool progress = true;
};

class Parser {
public:
  virtual ~Parser() = default;
  /// With the options of every command, for those who show them all; `parse` declares only what it needs.
  [[nodiscard]] virtual const CLI::App& complete_app() = 0;
  /// Fails with a usage error, did-you-mean included, on anything that does not fit.
  [[nodiscard]] virtual Result<Invocation> parse(const std::vector<std::string>& arguments,
                                                 const Path& current_directory) = 0;
};

[[nodiscard]] std::unique_ptr<Parser> make_parser();

} // namespace pyw::commands
