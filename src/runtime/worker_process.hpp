// One running workerd under the loop's eyes: its readiness, its output, its end.
#pragma once

#include <base/event_loop.hpp>
#include <base/line_reader.hpp>
#include <base/process.hpp>
#include <base/unique_fd.hpp>
#include <runtime/local_request.hpp>
#include <runtime/watchdog.hpp>
#include <runtime/worker_line.hpp>

#include <deque>
#include <memory>
#include <string>

namespace pyw::runtime {

/// A Worker ready to be started.
struct WorkerSetup {
  Command command; ///< workerd with --control-fd=3; the descriptor is added to it
  Path socket;     ///< the Unix socket on which the Worker will listen
  /// Asked for there once it listens, answered with 204 when the Worker can serve; empty: it can as soon as
  /// it listens.
  std::string start_path = {};
  /// Asked for there once it serves: what happens by itself (alarms, messages, schedules) waits for that.
  std::string events_path = {};
  /// Asked for there to see whether the runtime still answers; empty: it is not looked after.
  std::string alive_path = {};
  ProcessLimits limits = {};
};

class WorkerProcess {
public:
  struct Callbacks {
    std::function<void()> on_ready;
    std::function<void(Exit, std::optional<Error>)> on_end; ///< with the reason, where the Worker gave one
    std::function<void(Severity, std::string_view)> on_log;
    /// What is known of a failure, beside its text (WorkerLine::details, ray), and of a handler's run
    /// (invocation, trace).
    std::function<void(const WorkerLine&)> on_details = [](const WorkerLine&) {};
    std::function<WorkerLine(std::string_view)> read_line;
    std::function<std::size_t()> requests_under_way = [] { return std::size_t{0}; };
  };

  /// Fails when the program cannot be started. Once it listens it is asked to start the Worker,
  /// where `worker` says so; it is ready when that succeeded and killed when it did not.
  [[nodiscard]] static Result<std::unique_ptr<WorkerProcess>>
  start(EventLoop& loop, ProcessRunner& processes, const WorkerSetup& worker, Callbacks callbacks);

  /// Goes on with a process that was started to wait: from here on these callbacks
  /// hold, and it is ready when it has answered `worker.start_path`, after all that it was asked before.
  void adopt(Callbacks callbacks, const WorkerSetup& worker);

  /// SIGTERM now, SIGKILL after `grace`; on_end follows.
  void end(std::chrono::milliseconds grace);
  void kill();

  /// It has just answered someone.
  void seen_alive() { m_watchdog.seen_alive(); }

  /// Once it is ready: what happens by itself may run.
  void let_events_in();

  [[nodiscard]] int pid() const { return m_child->pid(); }

  /// Of one that was ended for what it did: `looping` or `swollen`; else `fine`.
  [[nodiscard]] Watchdog::Verdict ended_by() const { return m_ended_by; }

  /// Where its inspector listens; 0 when it was not asked for one.
  [[nodiscard]] std::uint16_t inspector_port() const { return m_inspector_port; }

private:
  WorkerProcess(EventLoop& loop,
                std::unique_ptr<ChildProcess> child,
                UniqueFd control,
                const WorkerSetup& worker,
                Callbacks callbacks);
  void watch(std::unique_ptr<Subscription>& slot, LineReader& reader, int descriptor);
  void read_control(std::string_view line);
  void ask_next();
  void look_after_it();
  void ask_for_a_sign();
  void give_up(Error reason);
  void read_output(std::string_view line);
  void ended();
  [[nodiscard]] std::optional<Error> explanation() const;

  EventLoop& m_loop;
  std::unique_ptr<ChildProcess> m_child;
  UniqueFd m_control;
  Callbacks m_callbacks;
  Path m_socket;
  std::deque<std::string> m_asks; ///< to be asked for, each after the one before was answered
  std::string m_alive_path;
  std::string m_events_path;
  Watchdog m_watchdog;
  Watchdog::Verdict m_ended_by = Watchdog::Verdict::fine;
  bool m_adopted = false;
  bool m_listening = false;
  std::uint16_t m_inspector_port = 0;
  bool m_ready = false;
  std::optional<Error> m_failure;
  std::string m_refusal;                ///< what came of the question for the start, other than a yes
  std::deque<std::string> m_last_lines; ///< of stderr, to explain an end that the Worker did not explain
  LineReader m_control_reader;
  LineReader m_output_reader;
  LineReader m_error_reader;
  std::unique_ptr<Subscription> m_control_watch;
  std::unique_ptr<Subscription> m_output_watch;
  std::unique_ptr<Subscription> m_error_watch;
  std::unique_ptr<Subscription> m_exit_watch;
  std::unique_ptr<Subscription> m_kill_timer;
  std::unique_ptr<Subscription> m_look_timer;
  std::unique_ptr<LocalRequest> m_start_request;
  std::unique_ptr<LocalRequest> m_alive_request;
  std::unique_ptr<LocalRequest> m_events_request;
};

} // namespace pyw::runtime
