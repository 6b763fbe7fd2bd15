#include <devserver/standby.hpp>

#include <chrono>
#include <utility>

namespace pyw::devserver {

namespace {

/// An editor that formats what it has saved saves it once more: it shall not wait for a rehearsal.
constexpr auto time_of_next_save = std::chrono::milliseconds(400);

} // namespace

void Standby::start(PreparedWorker worker) {
  if (m_process && m_worker.reuse_key == worker.reuse_key && m_worker.snapshot == worker.snapshot) {
    return;
  }
  drop();
  runtime::WorkerProcess::Callbacks callbacks;
  callbacks.on_ready = [this] {
    if (m_worker.rehearse_path.empty()) {
      m_ready = true;
    } else {
      m_rehearsal_timer = m_loop.after(time_of_next_save, [this] { rehearse(); });
    }
  };
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
    m_has_rehearsed = false;
    m_worker = std::move(worker);
  }
}

std::optional<Standby::Taken> Standby::take(const std::string& reuse_key) {
  if (!m_process || m_worker.reuse_key != reuse_key) {
    return std::nullopt;
  }
  forget_rehearsal(); // the runtime sees to it that what is under way leaves no trace
  return Taken{std::exchange(m_worker, {}), std::exchange(m_process, nullptr)};
}

void Standby::rehearse() {
  auto sent = runtime::LocalRequest::send(
      m_loop, m_worker.socket, m_worker.rehearse_path, [this](std::string_view answer) {
        m_ready = true; // nor is a start any worse without
        m_has_rehearsed = answer.starts_with("HTTP/1.1 204");
      });
  if (sent) { // else it has just ended
    m_rehearsal = std::move(*sent);
  }
}

void Standby::forget_rehearsal() {
  m_rehearsal_timer.reset();
  m_rehearsal.reset();
}

void Standby::drop() {
  forget_rehearsal();
  if (m_process) {
    m_process->kill(); // it has written nothing
    m_process.reset();
    std::error_code ignored;
    std::filesystem::remove(m_worker.socket, ignored);
    std::filesystem::remove(m_worker.debug_socket, ignored);
  }
}

} // namespace pyw::devserver
