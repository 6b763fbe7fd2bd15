#include <base/text.hpp>
#include <devserver/worker_process.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace pyw::devserver {

namespace {

constexpr std::size_t lines_kept = 12;

}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(EventLoop& loop,
                                                            ProcessRunner& processes,
                                                            const PreparedWorker& worker,
                                                            Callbacks callbacks) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return failure(system_error("cannot make a pipe", errno));
  }
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  auto command = worker.command;
  command.descriptors.emplace_back(3, write_end.get());
  PYW_TRY_ASSIGN(auto child, processes.start(command));
  return std::unique_ptr<WorkerProcess>(
      new WorkerProcess(loop, std::move(child), std::move(read_end), worker, std::move(callbacks)));
}

WorkerProcess::WorkerProcess(EventLoop& loop,
                             std::unique_ptr<ChildProcess> child,
                             UniqueFd control,
                             const PreparedWorker& worker,
                             Callbacks callbacks)
    : m_loop(loop), m_child(std::move(child)), m_control(std::move(control)),
      m_callbacks(std::move(callbacks)), m_socket(worker.socket), m_start_path(worker.start_path),
      m_control_reader([this](std::string_view line) { read_control(line); }),
      m_output_reader([this](std::string_view line) { read_output(line); }),
      m_error_reader([this](std::string_view line) { read_output(line); }) {
  watch(m_control_watch, m_control_reader, m_control.get());
  watch(m_output_watch, m_output_reader, m_child->output_descriptor());
  watch(m_error_watch, m_error_reader, m_child->error_descriptor());
  m_exit_watch = m_loop.on_readable(m_child->exit_descriptor(), [this] { ended(); });
}

void WorkerProcess::watch(std::unique_ptr<Subscription>& slot, LineReader& reader, int descriptor) {
  slot = m_loop.on_readable(descriptor, [&slot, &reader, descriptor] {
    if (!reader.read_from(descriptor)) {
      slot.reset();
    }
  });
}

void WorkerProcess::read_control(std::string_view line) {
  const auto event = nlohmann::json::parse(line, nullptr, false);
  if (!event.is_object()) {
    return;
  }
  const auto kind = event.value("event", "");
  if (kind == "listen-inspector") {
    m_inspector_port = event.value("port", std::uint16_t{0});
  }
  if (m_listening || kind != "listen") {
    return;
  }
  m_listening = true;
  if (m_start_path.empty()) {
    m_ready = true;
    m_callbacks.on_ready();
  } else {
    ask_to_start();
  }
}

void WorkerProcess::ask_to_start() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  m_start_connection = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto path = m_socket.string();
  const auto request =
      fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", m_start_path);
  // A connection to a listening local socket is made at once, and its buffer takes a request whole.
  const bool sent = path.size() < sizeof address.sun_path && m_start_connection.get() >= 0 && [&] {
    path.copy(address.sun_path, path.size());
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(m_start_connection.get(), to, sizeof address) == 0 &&
           ::send(m_start_connection.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(request.size());
  }();
  if (!sent) {
    m_failure = system_error(fmt::format("cannot reach the Worker at {}", path), errno);
    kill();
    return;
  }
  m_start_watch = m_loop.on_readable(m_start_connection.get(), [this] { read_start_answer(); });
}

void WorkerProcess::read_start_answer() {
  std::array<char, 512> buffer{};
  const auto count = ::read(m_start_connection.get(), buffer.data(), buffer.size());
  if (count > 0) {
    m_start_answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (count > 0 && m_start_answer.find("\r\n") == std::string::npos) {
    return;
  }
  m_start_watch.reset();
  if (m_start_answer.starts_with("HTTP/1.1 204")) {
    m_ready = true;
    m_callbacks.on_ready();
  } else {
    kill(); // why, it has said in its output
  }
}

void WorkerProcess::read_output(std::string_view line) {
  auto read = m_callbacks.read_line(line);
  if (!read.details.empty() || read.invocation) {
    m_callbacks.on_details(read);
  }
  switch (read.kind) {
  case WorkerLine::Kind::nothing:
  case WorkerLine::Kind::invocation:
    break;
  case WorkerLine::Kind::log:
    if (!m_ready) {
      m_last_lines.emplace_back(read.text);
      if (m_last_lines.size() > lines_kept) {
        m_last_lines.pop_front();
      }
    }
    m_callbacks.on_log(read.severity, read.text);
    break;
  case WorkerLine::Kind::failure:
  case WorkerLine::Kind::fatal:
    if (!m_failure) {
      m_failure = std::move(read.error);
    }
    if (read.kind == WorkerLine::Kind::fatal) {
      kill();
    }
    break;
  }
}

void WorkerProcess::end(std::chrono::milliseconds grace) {
  m_child->signal(SIGTERM);
  m_kill_timer = m_loop.after(grace, [this] { kill(); });
}

void WorkerProcess::kill() {
  m_child->signal(SIGKILL);
}

void WorkerProcess::ended() {
  const auto exit = m_child->poll_exit();
  if (!exit) {
    return;
  }
  // Its last words may still be in the pipes.
  static_cast<void>(m_output_reader.read_from(m_child->output_descriptor()));
  static_cast<void>(m_error_reader.read_from(m_child->error_descriptor()));
  m_exit_watch.reset();
  m_kill_timer.reset();
  const auto callback = m_callbacks.on_end; // a copy: the callback may destroy this object
  callback(*exit, explanation());
}

std::optional<Error> WorkerProcess::explanation() const {
  if (m_failure || m_ready || m_last_lines.empty()) {
    return m_failure;
  }
  std::string text = "the Worker did not start; the runtime said:";
  for (const auto& line : m_last_lines) {
    text += "\n  " + line;
  }
  return user_error(std::move(text));
}

} // namespace pyw::devserver
