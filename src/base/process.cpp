#include <base/process.hpp>
#include <base/text.hpp>

#include <fmt/core.h>

#include <csignal>
#include <cstring>

namespace pyw {

std::string describe(const Exit& exit) {
  if (exit.kind == Exit::Kind::exited) {
    return fmt::format("exit code {}", exit.value);
  }
  return fmt::format("signal {} ({})", exit.value, ::strsignal(exit.value));
}

Exit stop(ChildProcess& child, std::chrono::milliseconds grace) {
  if (const auto ended = child.poll_exit()) {
    return *ended;
  }
  child.signal(SIGTERM);
  if (const auto ended = child.wait(grace)) {
    return *ended;
  }
  child.signal(SIGKILL);
  // SIGKILL cannot be refused; a process stuck in the kernel may still take its time.
  for (;;) {
    if (const auto ended = child.wait(std::chrono::seconds(10))) {
      return *ended;
    }
  }
}

std::string display(const Command& command) {
  std::vector<std::string> words;
  words.reserve(command.argv.size());
  for (const auto& word : command.argv) {
    words.push_back(shell_quote(word));
  }
  return join(words, " ");
}

} // namespace pyw
