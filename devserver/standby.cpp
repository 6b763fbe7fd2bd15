#include <devserver/standby.hpp>

#include <utility>

namespace pyw::devserver {

void Standby::start(PreparedWorker worker) {
  if (m_process && m_worker.reuse_key == worker.reuse_key && m_worker.snapshot == worker.snapshot) {
    return;
  }
  drop();
  runtime::WorkerProcess::Callbacks callbacks;
  callbacks.on_ready = [this] { m_ready = true; };
  callbacks.on_end = [this, number = ++m_number](Exit, const std::optional<Error>&) {
    // Not from inside the process object's own callback; by then there may be another one.
    m_loop.post([this, number] {
      if (number == m_number) {
        drop();
      }
    });
  };
  // Nothing of the Worker runs yet: what is said is the runtime's own, and comes again when it matters.
  callbacks.on_log = [](Severity, std::string_view) {};
  callbacks.read_line = [](std::string_view) { return runtime::WorkerLine{}; };
  worker.start_path = worker.prepare_path;
  if (auto started = runtime::WorkerProcess::start(m_loop, m_processes, worker, std::move(callbacks))) {
    m_process = std::move(*started);
    m_ready = false;
    m_worker = std::move(worker);
  }
}

std::optional<Standby::Taken> Standby::take(const std::string& reuse_key) {
  if (!m_process || m_worker.reuse_key != reuse_key) {
    return std::nullopt;
  }
  return Taken{std::exchange(m_worker, {}), std::exchange(m_process, nullptr)};
}

void Standby::drop() {
  if (m_process) {
    m_process->kill(); // it has written nothing
    m_process.reset();
    std::error_code ignored;
    std::filesystem::remove(m_worker.socket, ignored);
    std::filesystem::remove(m_worker.debug_socket, ignored);
  }
}

} // namespace pyw::devserver
