// The loop around the session: does the effects (prepare, start, route, drain), turns what happens outside
// (files, children, signals, timers) into events.
#pragma once

#include <base/file_watcher.hpp>
#include <base/process.hpp>
#include <base/world.hpp>
#include <devserver/proxy.hpp>
#include <devserver/session.hpp>
#include <runtime/worker_process.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pyw::devserver {

class Narrator;

/// A generation ready to be started.
struct PreparedWorker : runtime::WorkerSetup {
  WorkerIdentity identity;
  /// Asked for in a standby: answered with 204 when only the Worker's own modules are missing. Empty: it can
  /// have none.
  std::string prepare_path = {};
  /// Asked for then, when there is time: the code that is there has been tried out. Empty: it is not.
  std::string rehearse_path = {};
  /// Equal: this Worker can be started in a standby that was made for the other. Else nothing is said.
  std::string reuse_key = {};
  Path snapshot = {};                  ///< what its Python continues from; empty: it starts anew
  Path debug_socket = {};              ///< where other Workers reach it
  std::vector<std::string> crons = {}; ///< its schedules, for the dashboard
  /// Run once the Worker is ready, beside it; how it ends does not matter.
  std::optional<Command> background = {};
};

/// What to keep an eye on.
struct WatchList {
  std::vector<Path> trees;
  std::vector<Path> files;
};

enum class Keys { ignore, listen };

/// Whether pages in a browser load again by themselves.
enum class LiveReload { no, yes };

/// Whether the next runtime is started ahead.
enum class StandbyUse { no, yes };

struct DevServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8787;
  /// How long requests under way may take to end on the old code after a reload.
  std::chrono::milliseconds drain = std::chrono::seconds(10);
  /// Single keys on a terminal: b browser, d dashboard, c clear, r restart, x quit.
  Keys keys = Keys::ignore;
  /// Look for changes this often; nullopt: the system tells of them.
  std::optional<std::chrono::milliseconds> poll = {};
  LiveReload live_reload = LiveReload::yes;
  StandbyUse standby = StandbyUse::yes;
  /// The Host that the Worker sees; empty: the client's.
  std::string host = {};
  std::optional<TlsFiles> tls = {}; ///< serve with TLS; nullopt: without
  /// Where Chrome DevTools may inspect the Worker, on 127.0.0.1; 0 takes a free port, nullopt: nowhere.
  std::optional<std::uint16_t> inspector_port = {};
  /// Of the Worker, for the dashboard.
  std::string name = {};
};

struct DevServerHooks {
  /// Loads, syncs, bundles, writes the configuration. Called on a thread of its own, one call at a time.
  std::function<Result<PreparedWorker>(Generation, PartsCheck)> prepare;
  /// The standby for what serves, asked for once that does; nullopt: it can have none. Called like `prepare`.
  std::function<Result<std::optional<PreparedWorker>>()> prepare_standby = [] { return std::nullopt; };
  /// The `background` of a generation has ended by itself.
  std::function<void()> background_ended = [] {};
  /// What to watch; asked before the first preparation and after each (the module root may have moved).
  std::function<WatchList()> watch_list;
  /// Folders below a watched tree that are left out.
  SkipFolder skip_folder;
  std::function<runtime::WorkerLine(std::string_view line)> read_line;
  /// Once, when the address is bound.
  std::function<Result<void>(std::uint16_t port)> on_listening;
  /// Each time a generation begins to serve.
  std::function<Result<void>(const PreparedWorker&)> on_serving;
  /// Events for people and tools: see devserver/narrator.hpp.
  Narrator* narrator = nullptr;
};

/// Serves until SIGINT, SIGTERM or SIGHUP; everything started is ended before it returns. The value is the
/// exit code. Fails at once when the address cannot be listened on or files cannot be watched.
[[nodiscard]] Result<int>
run_dev_server(const DevServerOptions& options, const DevServerHooks& hooks, World& world);

} // namespace pyw::devserver
