// Whether a Worker's own modules parse for the Python that the platform will run them with.
//
// A Python of this machine is asked first, which takes a moment. What it refuses (or all, where there is
// none) goes to the runtime of `pyw dev`, which takes seconds.
#pragma once

#include <cloud/worker.hpp>
#include <commands/command.hpp>
#include <runtime/pack.hpp>

#include <memory>
#include <vector>

namespace pyw::commands {

/// A check under way: start() gives the files to a Python of this machine and returns at once, so that other
/// work goes on beside it; finish() waits for what it says, and asks the runtime where that is needed.
class SyntaxCheck {
public:
  /// Fails when a file cannot be read.
  [[nodiscard]] static Result<SyntaxCheck> start(const cloud::Worker& worker, Context& context);

  /// One warning a file that does not parse: the platform has the last word. Where the runtime is not
  /// installed, what it would have to tell is not checked (and -v says so): a deployment does not download 50
  /// MB for it. Once only.
  [[nodiscard]] Result<std::vector<Diagnostic>> finish();

private:
  SyntaxCheck(const cloud::Worker& worker, Context& context) : m_worker(worker), m_context(context) {}

  [[nodiscard]] bool parses_here();

  const cloud::Worker& m_worker;
  Context& m_context;
  std::vector<runtime::PackSource> m_sources = {};
  Path m_known_good = {};                      ///< there when all of it was found to be right before
  std::unique_ptr<ChildProcess> m_python = {}; ///< null when it is known, or there is no Python here
};

} // namespace pyw::commands
