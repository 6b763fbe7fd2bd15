// The program: parses the command line, picks the command, prints its error, returns the exit code.
#pragma once

#include <commands/command.hpp>

#include <string>
#include <vector>

namespace pyw::commands {

/// Runs one command line (without argv[0]) in the given world. Never throws, never exits.
/// Returns 0 done, 1 the user must act, 2 bad usage or our fault, else a child's own code.
int run(const std::vector<std::string>& arguments, World& world, const Path& current_directory);

/// The same with the operating system's world. When the program was started under the name `python3…` it
/// answers uv's question about the interpreter instead (facts: python/interpreter.hpp).
int run_with_real_world(int argc, char** argv);

} // namespace pyw::commands
