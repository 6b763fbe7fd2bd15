// Processes that are started by the first connection to their Unix socket. The server holds the socket
// itself: while a process starts, or is replaced, who connects waits, and nobody is refused.
#pragma once

#include <base/event_loop.hpp>
#include <base/world.hpp>
#include <runtime/worker_process.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace pyw::edge {

struct SocketProcess {
  Path socket;
  /// Makes the command that serves the listening socket; called on the loop, `done` there too, later.
  std::function<void(int listener, std::function<void(Result<Command>)> done)> prepare;
  /// Ended so long after its start, to be started again when asked; nullopt: kept.
  std::optional<std::chrono::milliseconds> lifetime = {};
  bool at_once = false; ///< does not wait for a connection, and is started again when it ends
};

class SocketProcesses {
public:
  /// `tell` gets what the processes say, and why one could not be started.
  SocketProcesses(EventLoop& loop,
                  ProcessRunner& processes,
                  std::function<void(const std::string& name, Severity, std::string_view)> tell);
  ~SocketProcesses();
  SocketProcesses(const SocketProcesses&) = delete;
  SocketProcesses& operator=(const SocketProcesses&) = delete;

  /// From here on who connects is served. Does nothing for a name that is offered already. Fails when the
  /// socket cannot be made.
  [[nodiscard]] Result<void> offer(const std::string& name, SocketProcess process);

  [[nodiscard]] bool offers(const std::string& name) const { return m_entries.contains(name); }

  /// Does not wait for a connection from now on, and is started again when it ends.
  void keep(const std::string& name);

  /// The next connection gets a new process: what runs answers what it has, then ends. `done` when it has.
  void renew(const std::string& name, std::function<void()> done);

  /// Ends all; nothing is started any more.
  void stop(std::function<void()> done);

private:
  struct Entry;
  void watch(Entry& entry);
  void start(Entry& entry);
  void launch(Entry& entry, Result<Command> command);
  void ended(Entry& entry);

  EventLoop& m_loop;
  ProcessRunner& m_processes;
  std::function<void(const std::string&, Severity, std::string_view)> m_tell;
  std::map<std::string, std::unique_ptr<Entry>> m_entries;
  std::function<void()> m_stopped;
};

} // namespace pyw::edge
