#include <base/event_loop.hpp>
#include <base/listener.hpp>
#include <base/platform.hpp>
#include <devserver/announcer.hpp>
#include <devserver/editor_files.hpp>
#include <devserver/error_page.hpp>
#include <devserver/inspector_gate.hpp>
#include <devserver/keyboard.hpp>
#include <devserver/live_reload.hpp>
#include <devserver/proxy.hpp>
#include <devserver/server.hpp>
#include <devserver/session_facts.hpp>
#include <devserver/standby.hpp>
#include <runtime/worker_process.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

namespace pyw::devserver {

namespace {

using std::chrono::milliseconds;

/// How long after the last change of a burst a reload begins. Editors write a file in several steps that lie
/// below 3 ms apart. The preparation compares contents, so an early start costs nothing but time, and a
/// change that comes later starts it anew.
constexpr auto settle_time = milliseconds(4);

/// What nobody waits for comes when those who waited for the new code have their answers: the end of the old
/// runtime and the start of the next one take both cores for some 100 ms (measured).
constexpr auto time_of_first_answers = milliseconds(100);

/// workerd ends 3-20 ms after SIGTERM when idle, but takes 10 s to evict a Durable Object (facts of
/// 2026-11-21); SIGKILL is safe for its storage.
constexpr auto end_grace = milliseconds(300);

/// A Worker with data is not replaced before it has ended, and new requests wait for that.
constexpr auto handover_drain = milliseconds(1000);

/// Snapshots of the code that was just saved help the next `pyw dev`, not this one: they are made when
/// nothing was saved for so long.
constexpr auto background_delay = std::chrono::seconds(3);

/// A Worker that has lived so long, events included, is not one that each start kills.
constexpr auto long_life = std::chrono::seconds(60);

class DevServer {
public:
  DevServer(const DevServerOptions& options, const DevServerHooks& hooks, World& world)
      : m_options(options), m_hooks(hooks), m_world(world), m_pages(m_journal, pages_hooks()),
        m_narrator(*hooks.narrator, m_journal, m_pages, world.clock, [this] { return session_json(); }) {}

  Result<int> run() {
    allow_many_descriptors();
    PYW_TRY_ASSIGN(m_watcher, m_options.poll ? make_polling_watcher(*m_options.poll) : make_file_watcher());
    ProxyHooks proxy_hooks;
    proxy_hooks.before_request = [this] { read_changes(); };
    proxy_hooks.on_begin = [this](const RequestRecord& record) { m_narrator.begin(record); };
    proxy_hooks.own = [this](const OwnRequest& request) { return m_pages.answer(request); };
    proxy_hooks.on_answer = [this](Generation generation) {
      if (const auto found = m_running.find(generation); found != m_running.end() && found->second.process) {
        found->second.process->seen_alive();
      }
    };
    proxy_hooks.on_request = [this](const RequestRecord& record) { m_narrator.request(record); };
    proxy_hooks.on_idle = [this](Generation generation) { end_drained(generation); };
    ProxyOptions proxy_options;
    proxy_options.address = m_options.address;
    proxy_options.port = m_options.port;
    proxy_options.host = m_options.host;
    proxy_options.tls = m_options.tls;
    if (m_options.live_reload == LiveReload::yes) {
      proxy_options.page_suffix = live_reload_suffix();
    }
    PYW_TRY_ASSIGN(m_proxy, Proxy::listen(m_loop, std::move(proxy_options), std::move(proxy_hooks)));
    if (m_options.inspector_port) {
      PYW_TRY_ASSIGN(m_inspector, InspectorGate::open(m_loop, *m_options.inspector_port));
    }
    PYW_TRY(m_hooks.on_listening(m_proxy->port()));
    PYW_TRY(update_watches());
    m_watch = m_loop.on_readable(m_watcher->descriptor(), [this] { read_changes(); });
    m_signals = m_loop.on_signals({SIGINT, SIGTERM, SIGHUP}, [this](int) { stop(); });
    if (m_options.keys == Keys::listen) {
      m_keyboard = Keyboard::open(m_loop, [this](char key) { press(key); });
    }
    m_loop.post([this] { handle(Started{}); });
    m_loop.run();
    if (m_preparing) {
      // Stopped in the middle of a preparation: its children die with us, what they wrote so far lies beside
      // and is cleaned up by the next run. Waiting for it would keep the user waiting.
      m_keyboard.reset();
      std::_Exit(0);
    }
    finish_preparation();
    return 0;
  }

private:
  struct Running {
    PreparedWorker prepared;
    std::unique_ptr<runtime::WorkerProcess> process;
    std::unique_ptr<Subscription> drain_timer;
    std::unique_ptr<Subscription> events_timer;
    bool ending = false;
    Start start = Start::anew;
  };

  void handle(const DevEvent& event) {
    auto next = step(std::move(m_state), event);
    m_state = std::move(next.state);
    for (const auto& effect : next.effects) {
      std::visit([this](const auto& what) { perform(what); }, effect);
    }
  }

  // --- Effects ---

  void perform(const StartSettleTimer&) {
    m_settle_timer = m_loop.after(settle_time, [this] { handle(Settled{}); });
  }

  void perform(const Prepare& effect) {
    finish_preparation();
    if (!m_state.was_ready) {
      m_started = m_world.clock.monotonic();
    }
    m_preparing = true;
    m_preparation = std::thread([this, effect] {
      auto prepared =
          std::make_shared<Result<PreparedWorker>>(m_hooks.prepare(effect.generation, effect.check));
      m_loop.post([this, generation = effect.generation, prepared] {
        preparation_ended(generation, std::move(*prepared));
      });
    });
  }

  void perform(const StartWorker& effect) {
    const auto generation = effect.generation;
    auto& running = m_running[generation];
    running.prepared = std::move(m_prepared);
    auto callbacks = callbacks_for(generation);
    if (auto waiting = m_standby.take(running.prepared.reuse_key)) {
      running.prepared.socket = waiting->worker.socket;
      running.prepared.debug_socket = waiting->worker.debug_socket;
      running.start = Start::from_standby;
      running.process = std::move(waiting->process);
      running.process->adopt(std::move(callbacks), running.prepared);
      return;
    }
    add_inspector(running.prepared);
    auto started =
        runtime::WorkerProcess::start(m_loop, m_world.processes, running.prepared, std::move(callbacks));
    if (!started) {
      m_running.erase(generation);
      handle(WorkerEnded{generation, {Exit::Kind::exited, 127}, started.error(), true});
      return;
    }
    running.process = std::move(*started);
  }

  runtime::WorkerProcess::Callbacks callbacks_for(Generation generation) {
    runtime::WorkerProcess::Callbacks callbacks;
    callbacks.on_ready = [this, generation] {
      m_is_broken = false;
      handle(WorkerReady{generation});
      m_loop.post([this, generation] { work_ahead(generation); });
    };
    callbacks.on_end = [this, generation](Exit exit, std::optional<Error> explanation) {
      // Not from inside the process object's own callback.
      m_loop.post([this, generation, exit, explanation = std::move(explanation)] {
        worker_ended(generation, exit, explanation);
      });
    };
    callbacks.on_log = [this](Severity severity, std::string_view text) { m_narrator.log(severity, text); };
    callbacks.on_details = [this](const runtime::WorkerLine& line) { take_details(line); };
    callbacks.requests_under_way = [this, generation] { return m_proxy->active(generation); };
    callbacks.read_line = m_hooks.read_line;
    return callbacks;
  }

  void add_inspector(PreparedWorker& worker) const {
    if (m_inspector) { // an option of `workerd serve`, before its file
      auto& argv = worker.command.argv;
      argv.insert(argv.end() - 1, "--inspector-addr=127.0.0.1:0");
    }
  }

  /// What makes later starts faster: the standby for the next save, and snapshots. The first generation makes
  /// the snapshot that the standby starts from.
  void work_ahead(Generation generation) {
    const auto running = m_running.find(generation);
    if (m_state.stopping || running == m_running.end()) {
      return;
    }
    const bool is_first = generation == 1;
    const bool has_work = running->second.prepared.background.has_value();
    if (has_work && is_first) {
      start_background(generation);
      return;
    }
    m_standby_timer = m_loop.after(time_of_first_answers, [this] { prepare_standby(); });
    if (has_work) {
      m_background_timer =
          m_loop.after(background_delay, [this, generation] { start_background(generation); });
    }
  }

  void prepare_standby() {
    if (m_options.standby == StandbyUse::no || m_preparing || m_state.stopping) {
      return; // a preparation ends with a generation that asks again
    }
    finish_preparation();
    m_preparation = std::thread([this] {
      auto prepared = std::make_shared<Result<std::optional<PreparedWorker>>>(m_hooks.prepare_standby());
      m_loop.post([this, prepared] { standby_prepared(std::move(*prepared)); });
    });
  }

  void standby_prepared(Result<std::optional<PreparedWorker>> prepared) {
    if (m_state.stopping || !prepared || !*prepared) {
      return; // the next save takes the longer way, and says what is wrong if something is
    }
    add_inspector(**prepared);
    if (m_is_broken) {
      (*prepared)->rehearse_path.clear(); // it may never end
    }
    m_standby.start(std::move(**prepared));
  }

  /// What an earlier generation began gives way.
  void start_background(Generation generation) {
    const auto running = m_running.find(generation);
    if (running == m_running.end() || !running->second.prepared.background) {
      return;
    }
    m_background_watch.reset();
    m_background.reset();
    if (auto started = m_world.processes.start(*running->second.prepared.background)) {
      m_background = std::move(*started);
      m_background_watch =
          m_loop.on_readable(m_background->exit_descriptor(), [this] { background_ended(); });
    }
  }

  void background_ended() {
    if (m_background->poll_exit()) {
      m_background_watch.reset();
      m_hooks.background_ended();
      prepare_standby(); // from a better snapshot, if there is one now
    }
  }

  void perform(const HoldRequests&) { m_proxy->hold(); }

  void perform(const RouteTo& effect) {
    const auto& running = m_running[effect.generation];
    m_proxy->route_to(effect.generation, running.prepared.socket);
    if (m_inspector && running.process) {
      m_inspector->route_to(running.process->inspector_port());
    }
  }

  void perform(const LetEventsIn& effect) {
    if (effect.after.count() > 0) {
      m_narrator.log(
          Severity::warning,
          fmt::format("messages, alarms and schedules wait for {} s: the Worker has ended {} times",
                      effect.after.count(),
                      effect.deaths));
    }
    const auto let_in = [this, generation = effect.generation] {
      const auto found = m_running.find(generation);
      if (found == m_running.end() || !found->second.process) {
        return;
      }
      found->second.process->let_events_in();
      found->second.events_timer =
          m_loop.after(long_life, [this, generation] { handle(LivedOn{generation}); });
    };
    if (effect.after.count() == 0) {
      let_in();
    } else {
      m_running[effect.generation].events_timer = m_loop.after(effect.after, let_in);
    }
  }

  void perform(const ReleaseToServing&) { m_proxy->release(); }

  void perform(const AnswerWithError& effect) {
    m_proxy->answer_with({500, "The Worker does not run", render(effect.error), std::string(start_failure)});
  }

  void perform(const Drain& effect) {
    const auto generation = effect.generation;
    auto& running = m_running[generation];
    if (m_state.stopping) {
      m_proxy->abort(generation);
      end(running);
      return;
    }
    const bool is_waited_for = running.prepared.identity.storage == Storage::exclusive;
    if (m_proxy->active(generation) == 0) {
      if (is_waited_for) {
        end(running);
      } else {
        running.drain_timer =
            m_loop.after(time_of_first_answers, [this, generation] { end_drained(generation); });
      }
      return;
    }
    const auto patience = is_waited_for ? handover_drain : m_options.drain;
    running.drain_timer = m_loop.after(patience, [this, generation] {
      m_proxy->abort(generation);
      end_drained(generation);
    });
  }

  void perform(const Kill& effect) {
    if (const auto found = m_running.find(effect.generation);
        found != m_running.end() && found->second.process) {
      found->second.ending = true;
      found->second.process->kill();
    }
  }

  void perform(const AnnounceReady& effect) {
    m_error.clear();
    m_journal.forget_failure(std::string(start_failure));
    const auto& serving = m_running[effect.generation];
    if (const auto announced = m_hooks.on_serving(serving.prepared); !announced) {
      m_narrator.failed(announced.error(), true);
    }
    const auto took = std::chrono::duration_cast<milliseconds>(m_world.clock.monotonic() - m_started);
    if (effect.first) {
      m_narrator.ready(url(), took);
      if (m_inspector) {
        m_narrator.inspector(fmt::format("http://127.0.0.1:{}", m_inspector->port()));
      }
      if (m_keyboard) {
        m_narrator.keys();
      }
    } else {
      m_narrator.reloaded(told_changes(m_world.files, m_changed), took, serving.start);
    }
    m_changed.clear();
  }

  void perform(const AnnounceUnchanged&) {
    m_error.clear();
    m_narrator.unchanged();
    m_changed.clear();
  }

  void perform(const Report& effect) {
    m_error = render(effect.error);
    m_narrator.failed(effect.error, m_state.serving.has_value());
    m_changed.clear();
  }

  void perform(const Finish&) { m_loop.stop(); }

  // --- Happenings ---

  void take_details(const runtime::WorkerLine& line) {
    if (line.invocation) {
      m_narrator.invocation(*line.invocation);
    } else if (line.kind == runtime::WorkerLine::Kind::failure) {
      m_journal.failure(std::string(start_failure), line.details);
    } else if (!line.ray.empty()) {
      m_journal.failure(line.ray, line.details);
    }
  }

  void preparation_ended(Generation generation, Result<PreparedWorker> prepared) {
    finish_preparation();
    if (const auto watched = update_watches(); !watched) {
      m_narrator.failed(watched.error(), m_state.serving.has_value());
    }
    if (!prepared) {
      handle(PrepareFailed{generation, std::move(prepared.error())});
      return;
    }
    m_prepared = std::move(*prepared);
    handle(Prepared{generation, m_prepared.identity});
  }

  void worker_ended(Generation generation, Exit exit, const std::optional<Error>& explanation) {
    const auto found = m_running.find(generation);
    const bool was_standby = found != m_running.end() && found->second.start == Start::from_standby;
    const bool was_candidate =
        m_state.candidate != DevState::Candidate::none && m_state.candidate_generation == generation;
    if (found != m_running.end()) {
      std::error_code ignored;
      std::filesystem::remove(found->second.prepared.socket, ignored);
      std::filesystem::remove(found->second.prepared.debug_socket, ignored);
      m_running.erase(found);
    }
    handle(
        WorkerEnded{generation, exit, explanation, false, was_standby ? Start::from_standby : Start::anew});
    m_is_broken |= was_candidate;
    if (was_candidate && m_standby.pid() == 0 && m_state.candidate == DevState::Candidate::none) {
      prepare_standby(); // broken code has used it up, or a save before this one: mending shall be as quick
    }
  }

  void end_drained(Generation generation) {
    const auto found = m_running.find(generation);
    const auto& draining = m_state.draining;
    if (found != m_running.end() &&
        std::find(draining.begin(), draining.end(), generation) != draining.end()) {
      end(found->second);
    }
  }

  static void end(Running& running) {
    if (!running.ending && running.process) {
      running.ending = true;
      running.drain_timer.reset();
      running.process->end(end_grace);
    }
  }

  void read_changes() {
    auto changes = m_watcher->read();
    std::erase_if(changes, [](const FileChange& change) {
      return change.kind == FileChange::Kind::changed && is_editor_file(change.path.filename().string());
    });
    if (changes.empty()) {
      return;
    }
    if (m_changed.empty()) {
      m_started = m_world.clock.monotonic();
    }
    for (const auto& change : changes) {
      if (change.path.filename() == ".gitignore") {
        m_watcher->look_through_again();
      }
      if (change.kind == FileChange::Kind::overflowed) {
        // Folders may have been made that nobody watches; from here on their changes are seen.
        static_cast<void>(update_watches());
      } else {
        m_changed.push_back(change.path);
      }
    }
    handle(FilesChanged{});
  }

  void press(char key) {
    switch (key) {
    case 'b':
      open_browser(url());
      break;
    case 'd':
      open_browser(url() + "/cdn-cgi/pyw/");
      break;
    case 'c':
      m_narrator.clear();
      break;
    case 'r':
      handle(RestartAsked{});
      break;
    case 'x':
    case 'q':
      stop();
      break;
    default:
      m_narrator.keys();
    }
  }

  void open_browser(const std::string& address) {
    Command command;
    command.argv = {std::string(platform::url_opener()), address};
    command.standard_output = Stdio::null;
    command.standard_error = Stdio::null;
    command.when_parent_dies = WhenParentDies::keep_running;
    auto started = m_world.processes.start(command); // not waited for: it may be the browser itself
    if (!started) {
      m_narrator.failed(started.error(), m_state.serving.has_value());
      return;
    }
    m_browser = std::move(*started);
  }

  [[nodiscard]] std::string url() const {
    const auto host = m_options.address == "0.0.0.0" ? "localhost" : m_options.address;
    return fmt::format("{}://{}:{}", m_options.tls ? "https" : "http", host, m_proxy->port());
  }

  PagesHooks pages_hooks() {
    PagesHooks hooks;
    hooks.session = [this] { return session_json(); };
    hooks.replay = [this](std::string bytes) { m_proxy->inject(std::move(bytes)); };
    hooks.restart = [this] { m_loop.post([this] { handle(RestartAsked{}); }); };
    return hooks;
  }

  /// What the dashboard and the script behind pages know of the session.
  [[nodiscard]] std::string session_json() const {
    SessionFacts facts;
    facts.name = m_options.name;
    facts.url = url();
    facts.started = m_born;
    facts.generation = m_state.serving.value_or(0);
    facts.error = m_error;
    for (const auto& [generation, running] : m_running) {
      if (running.process) {
        facts.workers.emplace_back(generation, running.process->pid());
      }
      if (generation == facts.generation) {
        facts.crons = running.prepared.crons;
      }
    }
    facts.standby = m_standby.pid();
    facts.standby_is_ready = m_standby.is_ready();
    facts.standby_has_rehearsed = m_standby.has_rehearsed();
    return to_json(facts);
  }

  void stop() {
    if (!m_state.stopping) {
      m_narrator.stopping();
      m_proxy->say_goodbye();
    }
    m_standby.drop();
    handle(StopAsked{});
  }

  Result<void> update_watches() {
    const auto list = m_hooks.watch_list();
    for (const auto& tree : list.trees) {
      PYW_TRY(m_watcher->watch_tree(tree, m_hooks.skip_folder));
    }
    for (const auto& file : list.files) {
      PYW_TRY(m_watcher->watch_file(file));
    }
    return {};
  }

  void finish_preparation() {
    if (m_preparation.joinable()) {
      m_preparation.join();
    }
    m_preparing = false;
  }

  const DevServerOptions& m_options;
  const DevServerHooks& m_hooks;
  World& m_world;
  Journal m_journal;
  OwnPages m_pages;
  Announcer m_narrator;
  std::string m_error; ///< why the last save did not come up
  std::chrono::system_clock::time_point m_born = m_world.clock.now();
  EventLoop m_loop;
  std::unique_ptr<FileWatcher> m_watcher;
  std::unique_ptr<Proxy> m_proxy;
  std::unique_ptr<InspectorGate> m_inspector;
  DevState m_state;
  PreparedWorker m_prepared;
  std::unique_ptr<ChildProcess> m_background; ///< ended with the session
  std::unique_ptr<Subscription> m_background_watch;
  std::unique_ptr<Subscription> m_background_timer;
  Standby m_standby{m_loop, m_world.processes};
  std::unique_ptr<Subscription> m_standby_timer;
  bool m_is_broken = false; ///< the latest code could not be started
  std::map<Generation, Running> m_running;
  std::vector<Path> m_changed;
  std::chrono::steady_clock::time_point m_started; ///< of the first start, or of the change under way
  bool m_preparing = false;
  std::thread m_preparation;
  std::unique_ptr<Keyboard> m_keyboard;
  std::unique_ptr<ChildProcess> m_browser;
  std::unique_ptr<Subscription> m_watch;
  std::unique_ptr<Subscription> m_signals;
  std::unique_ptr<Subscription> m_settle_timer;
};

} // namespace

Result<int> run_dev_server(const DevServerOptions& options, const DevServerHooks& hooks, World& world) {
  return DevServer(options, hooks, world).run();
}

} // namespace pyw::devserver
