// The next runtime, started ahead: a workerd with Python up to the Worker's packages, which waits for the
// Worker's own modules. A save then costs their top level only. docs/dev-server.md has when there is one.
#pragma once

#include <devserver/server.hpp>
#include <runtime/local_request.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pyw::devserver {

class Standby {
public:
  Standby(EventLoop& loop, ProcessRunner& processes) : m_loop(loop), m_processes(processes) {}

  ~Standby() { drop(); }

  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  /// Starts `worker` up to its `prepare_path`, and when no save comes at once its `rehearse_path`; one that
  /// waits already is kept when it is the same, else ended. One that cannot be started or ends is no failure:
  /// there is none then, and a save takes the longer way.
  void start(PreparedWorker worker);

  struct Taken {
    PreparedWorker worker;
    std::unique_ptr<runtime::WorkerProcess> process; ///< to be adopted, whether or not it is ready yet
  };

  /// The one that waits, if a Worker of that key can be started in it.
  [[nodiscard]] std::optional<Taken> take(const std::string& reuse_key);

  void drop();

  /// 0 when there is none.
  [[nodiscard]] int pid() const { return m_process ? m_process->pid() : 0; }

  /// Whether it has come as far as it can without the Worker's modules.
  [[nodiscard]] bool is_ready() const { return m_process && m_ready; }

  /// Whether what is there now has been started and asked once, in an interpreter that was thrown away.
  [[nodiscard]] bool has_rehearsed() const { return is_ready() && m_has_rehearsed; }

private:
  void rehearse();
  void forget_rehearsal();

  EventLoop& m_loop;
  ProcessRunner& m_processes;
  PreparedWorker m_worker;
  std::unique_ptr<runtime::WorkerProcess> m_process;
  std::unique_ptr<Subscription> m_rehearsal_timer;
  std::unique_ptr<runtime::LocalRequest> m_rehearsal;
  bool m_ready = false;
  bool m_has_rehearsed = false;
  int m_number = 0; ///< of the latest one; counts from 1
};

} // namespace pyw::devserver
