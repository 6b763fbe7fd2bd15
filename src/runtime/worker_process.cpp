#include <base/platform.hpp>
#include <base/text.hpp>
#include <runtime/worker_process.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>

namespace pyw::runtime {

namespace {

constexpr std::size_t lines_kept = 12;

/// Often enough for memory that grows by gigabytes a second; two small files of /proc are read each time.
constexpr auto look_interval = std::chrono::seconds(1);

Error looping_error(const ProcessLimits& limits) {
  return user_error(
      fmt::format("the Worker has used {:.3g} s of CPU time without answering anyone: it was ended",
                  std::chrono::duration<double>(limits.cpu).count()),
      {"code that never awaits keeps every other request waiting; is there an endless loop?",
       "production ends such a request too, after `limits.cpu_ms` (30 s unless it is set)"});
}

Error swollen_error(const ProcessLimits& limits) {
  return user_error(
      fmt::format("the Worker has taken more than {:.3g} GiB of memory: it was ended",
                  static_cast<double>(limits.memory) / static_cast<double>(std::uint64_t{1} << 30U)),
      {"production gives a Worker 128 MB; pass large bodies on as streams instead of reading them whole"});
}

} // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(EventLoop& loop,
                                                            ProcessRunner& processes,
                                                            const WorkerSetup& worker,
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
                             const WorkerSetup& worker,
                             Callbacks callbacks)
    : m_loop(loop), m_child(std::move(child)), m_control(std::move(control)),
      m_callbacks(std::move(callbacks)), m_socket(worker.socket), m_alive_path(worker.alive_path),
      m_events_path(worker.events_path), m_watchdog(worker.limits),
      m_control_reader([this](std::string_view line) { read_control(line); }),
      m_output_reader([this](std::string_view line) { read_output(line); }),
      m_error_reader([this](std::string_view line) { read_output(line); }) {
  if (!worker.start_path.empty()) {
    m_asks.push_back(worker.start_path);
  }
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
  if (!m_alive_path.empty()) {
    look_after_it();
  }
  ask_next();
}

void WorkerProcess::adopt(Callbacks callbacks, const WorkerSetup& worker) {
  m_adopted = true;
  m_callbacks = std::move(callbacks);
  m_alive_path = worker.alive_path;
  m_events_path = worker.events_path;
  m_watchdog = Watchdog(worker.limits);
  if (m_listening && !m_alive_path.empty()) {
    look_after_it();
  }
  m_asks.push_back(worker.start_path);
  if (std::exchange(m_ready, false)) {
    ask_next();
  }
}

void WorkerProcess::ask_next() {
  if (m_asks.empty()) {
    m_ready = true;
    m_callbacks.on_ready();
    return;
  }
  auto sent = LocalRequest::send(m_loop, m_socket, m_asks.front(), [this](std::string_view answer) {
    m_start_request.reset();
    if (answer.starts_with("HTTP/1.1 204")) {
      m_asks.pop_front();
      ask_next();
    } else {                 // why, it says in its output, which may come later
      if (!answer.empty()) { // else it has ended, and its exit says more
        m_refusal = fmt::format("the runtime answered: {}", answer.substr(0, answer.find('\r')));
      }
      kill();
    }
  });
  if (!sent) {
    if (!m_adopted) { // one that waited has died meanwhile, and nothing is wrong with the Worker
      m_failure = std::move(sent.error());
    }
    kill();
    return;
  }
  m_start_request = std::move(*sent);
}

void WorkerProcess::let_events_in() {
  if (m_events_path.empty()) {
    return;
  }
  // A runtime that cannot be reached is ending.
  if (auto sent = LocalRequest::send(
          m_loop, m_socket, m_events_path, [this](std::string_view) { m_events_request.reset(); })) {
    m_events_request = std::move(*sent);
  }
}

void WorkerProcess::look_after_it() {
  m_look_timer = m_loop.after(look_interval, [this] { look_after_it(); });
  const auto pid = m_child->pid();
  switch (m_watchdog.look({platform::cpu_time(pid), platform::resident_memory(pid)},
                          m_callbacks.requests_under_way())) {
  case Watchdog::Verdict::fine:
    break;
  case Watchdog::Verdict::ask:
    ask_for_a_sign();
    break;
  case Watchdog::Verdict::looping:
    m_ended_by = Watchdog::Verdict::looping;
    give_up(looping_error(m_watchdog.limits()));
    break;
  case Watchdog::Verdict::swollen:
    m_ended_by = Watchdog::Verdict::swollen;
    give_up(swollen_error(m_watchdog.limits()));
    break;
  }
}

void WorkerProcess::ask_for_a_sign() {
  auto sent = LocalRequest::send(m_loop, m_socket, m_alive_path, [this](std::string_view) {
    m_alive_request.reset();
    m_watchdog.seen_alive();
  });
  if (sent) {
    m_alive_request = std::move(*sent);
  } else {
    m_watchdog.seen_alive(); // it is ending
  }
}

void WorkerProcess::give_up(Error reason) {
  if (!m_failure) {
    m_failure = std::move(reason);
  }
  m_look_timer.reset();
  kill();
}

void WorkerProcess::read_output(std::string_view line) {
  auto read = m_callbacks.read_line(line);
  if (!read.details.empty() || read.invocation || !read.trace.empty()) {
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
  // A process with gigabytes takes a while to end, and would take connections until then: with its name gone
  // they fail at once and wait for the next runtime.
  std::error_code gone_already;
  std::filesystem::remove(m_socket, gone_already);
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
  m_look_timer.reset();
  m_alive_request.reset();
  m_start_request.reset();
  m_events_request.reset();
  const auto callback = m_callbacks.on_end; // a copy: the callback may destroy this object
  callback(*exit, explanation());
}

std::optional<Error> WorkerProcess::explanation() const {
  if (m_failure || m_ready || (m_last_lines.empty() && m_refusal.empty())) {
    return m_failure;
  }
  std::string text = "the Worker did not start; the runtime said:";
  if (!m_refusal.empty()) {
    text += "\n  " + m_refusal;
  }
  for (const auto& line : m_last_lines) {
    text += "\n  " + line;
  }
  return user_error(std::move(text));
}

} // namespace pyw::runtime
