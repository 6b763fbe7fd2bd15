#include <base/defer.hpp>
#include <base/event_loop.hpp>
#include <base/file_lock.hpp>
#include <base/json.hpp>
#include <base/listener.hpp>
#include <base/platform.hpp>
#include <edge/account_data.hpp>
#include <edge/api.hpp>
#include <edge/api_server.hpp>
#include <edge/awaited.hpp>
#include <edge/catalog.hpp>
#include <edge/gateway.hpp>
#include <edge/links.hpp>
#include <edge/metrics.hpp>
#include <edge/openapi.hpp>
#include <edge/resource_records.hpp>
#include <edge/server.hpp>
#include <edge/tails.hpp>
#include <edge/tasks.hpp>
#include <edge/triggers.hpp>
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <map>
#include <random>
#include <set>

namespace pyw::edge {

namespace {

constexpr std::size_t api_threads = 4;
constexpr std::size_t preparation_threads = 2;
/// For answers under way when the server is told to end.
constexpr auto longest_farewell = std::chrono::seconds(20);
/// A first start compiles its packages' byte code; the rest is the platform's own patience.
constexpr auto longest_validation = std::chrono::seconds(120);

std::string url_of(const EntranceOptions& entrance, std::uint16_t port) {
  return fmt::format("{}://{}:{}", entrance.tls ? "https" : "http", entrance.address, port);
}

class EdgeServer {
public:
  EdgeServer(const EdgeOptions& options, const EdgeHooks& hooks, World& world, Records records, Vault vault)
      : m_options(options), m_hooks(hooks), m_world(world), m_places(places_in(options.data)),
        m_records(std::move(records)), m_vault(std::move(vault)),
        m_blobs(m_places.blobs, world.files, m_places.garbage_lock),
        m_snapshots(m_places.uploads, m_blobs, world.files),
        m_processes(m_loop,
                    world.processes,
                    [this](const std::string& name, Severity severity, std::string_view text) {
                      tell_process(name, severity, text);
                    }),
        m_data(m_loop, options.data, hooks.parts, m_records, m_processes, world),
        m_workshop(
            m_places.work,
            m_blobs,
            m_vault,
            hooks.parts,
            [this](const std::string& account) { return m_data.places(account); },
            world),
        m_catalog(m_records), m_tails(
                                  world.clock,
                                  {},
                                  [this](std::function<void()> act) { m_loop.post(std::move(act)); },
                                  [this](const std::string& worker, std::function<void()> told) {
                                    m_pool.tell_heard(worker, std::move(told));
                                  }),
        m_pool(m_loop, world, options.limits, m_places.ahead, pool_hooks()),
        m_api({m_records,
               m_vault,
               m_blobs,
               m_snapshots,
               options.domain,
               0,
               [this](const Version& version) { return validate(version); },
               [this] { return apply(); },
               [this](const std::string& account, const SocketRequest& request) {
                 return ask(account, m_data.places(account).data_socket, request);
               },
               [this](const std::string& account) { data_changed(account); },
               [this](const std::string& account) { queues_changed(account); },
               [this](const std::string& account, const SocketRequest& request) {
                 return ask(account, m_data.places(account).queues_socket, request);
               },
               [this](const std::string& account, const std::string& script, const std::string& workflow) {
                 return delete_data(account, script, workflow);
               }}),
        m_triggers(
            m_loop,
            m_pool,
            m_data,
            [this]() -> const RoutingTable& { return *m_table; },
            [this] { return m_random(); },
            world),
        m_links(Links::make(
            m_loop, [this](const WantedWorker& wanted, Links::Done done) { link(wanted, std::move(done)); })),
        m_calls(m_loop, longest_validation) {}

  Result<int> run() {
    allow_many_descriptors();
    PYW_TRY(open());
    PYW_TRY_ASSIGN(auto table, read_table());
    m_table = table;
    m_gateway->route_by(std::move(table));
    m_signals = m_loop.on_signals({SIGINT, SIGTERM, SIGHUP}, [this](int) { stop(); });
    Tasks preparations(preparation_threads);
    Tasks snapshots(1);
    Tasks api(api_threads);
    m_preparations = &preparations;
    Tasks stores(2);
    m_data.prepare_on(stores);
    begin_queues();
    m_triggers.begin(preparations);
    m_snapshot_tasks = &snapshots;
    m_api_tasks = &api;
    log(Importance::normal,
        {{"event", "listening"},
         {"api", url_of(m_options.api, m_api_server->port())},
         {"workers", url_of(m_options.workers, m_gateway->port())},
         {"confined", platform::confinement_level() > 0},
         {"filters_calls", platform::filters_calls()}});
    m_is_ready = true;
    m_loop.run();
    m_calls.stop(); // who still waits on another thread gives up
    return 0;
  }

private:
  PoolHooks pool_hooks() {
    return {
        [this](const std::string& version, auto done) { prepare(version, std::move(done)); },
        [this](const std::string& version, const Path& folder, auto done) {
          prepare_ahead(version, folder, std::move(done));
        },
        [this](const StartPlan& plan, const std::string& version) { started(plan, version); },
        [this](const std::string& owned) { m_triggers.released(owned); },
        [this](const WorkerEvent& event) { tell(event); },
        [this](const std::string& worker) { return m_tails.is_heard(worker); },
        [this](const std::string& worker, const std::string& version, const std::string& trace) {
          m_tails.publish(worker, version, trace);
        },
    };
  }

  Result<void> open() {
    const auto complain = [this](const Error& error) {
      log(Importance::problem, {{"event", "certificate"}, {"why", error.message()}});
    };
    GatewayOptions gateway{m_options.workers, m_options.most_requests};
    gateway.entrance.on_problem = complain;
    gateway.on_visit = [this](const VisitRecord& visit) { visited(visit); };
    PYW_TRY_ASSIGN(m_gateway, Gateway::listen(m_loop, m_pool, std::move(gateway)));
    m_api.parts().port = m_gateway->port();
    m_api.parts().scheme = m_options.workers.tls ? "https" : "http";
    m_api.parts().quotas = m_options.quotas;
    m_api.parts().tails = &m_tails;
    ApiServerOptions api{m_options.api, m_options.api_hosts};
    api.entrance.on_problem = complain;
    api.handle = [this](ApiRequest request, auto done) { answer(std::move(request), std::move(done)); };
    api.tails = &m_tails;
    PYW_TRY_ASSIGN(m_api_server, ApiServer::listen(m_loop, std::move(api)));
    return {};
  }

  // --- On the loop ---

  void answer(ApiRequest request, std::function<void(ApiAnswer)> done) {
    if (request.method == "GET" && request.path == "/healthz") {
      done({200, "text/plain", "ok\n"});
    } else if (request.method == "GET" && request.path == "/readyz") {
      const bool ready = m_is_ready && !m_farewell;
      done({ready ? 200 : 503, "text/plain", ready ? "ready\n" : "not ready\n"});
    } else if (request.method == "GET" && request.path == "/openapi.json") {
      done({200, "application/json", openapi_text()});
    } else if (request.method == "GET" && request.path == "/metrics") {
      done({200,
            "text/plain; version=0.0.4",
            m_metrics.text({m_pool.running(),
                            m_pool.prepared(),
                            m_pool.requests(),
                            m_tails.listening(),
                            m_pool.memory()})});
    } else {
      m_api_tasks->post([this, request = std::move(request), done = std::move(done)] {
        auto given = m_api.handle(request);
        m_loop.post(
            [this, method = request.method, path = request.path, done, given = std::move(given)]() mutable {
              m_metrics.count_api(method, given.status);
              log(Importance::detail,
                  {{"event", "api"}, {"method", method}, {"path", path}, {"status", given.status}});
              done(std::move(given));
            });
      });
    }
  }

  void prepare(const std::string& version, std::function<void(Result<StartPlan>)> done) {
    m_preparations->post([this, version, done = std::move(done)] {
      std::string account;
      auto plan = [&]() -> Result<StartPlan> {
        try {
          PYW_TRY_ASSIGN(const auto found, m_catalog.find(version));
          account = found.account;
          return m_workshop.prepare(found, role_now(found));
        } catch (const Json::exception& error) { // what was uploaded has a shape that nothing here reads
          return failure(user_error(fmt::format("the version cannot be read: {}", error.what())));
        }
      }();
      m_loop.post([this, account, done, plan = std::move(plan)]() mutable {
        if (plan) {
          if (auto offered = offer(account); !offered) {
            done(failure(offered.error()));
            return;
          }
        }
        done(std::move(plan));
      });
    });
  }

  void prepare_ahead(const std::string& version,
                     const Path& folder,
                     std::function<void(Result<std::optional<AheadPlan>>)> done) {
    m_preparations->post([this, version, folder, done = std::move(done)] {
      auto plan = [&]() -> Result<std::optional<AheadPlan>> {
        PYW_TRY_ASSIGN(const auto found, m_catalog.find(version));
        return m_workshop.prepare_ahead(found, folder);
      }();
      m_loop.post([done, plan = std::move(plan)]() mutable { done(std::move(plan)); });
    });
  }

  void started(const StartPlan& plan, const std::string& version) {
    if (!plan.problem.empty()) {
      log(Importance::problem, {{"event", "damaged"}, {"version", version}, {"why", plan.problem}});
    }
    m_preparations->post([this, plan, version] {
      if (const auto found = m_catalog.find(version)) {
        m_workshop.started(*found, plan);
        if (plan.layer != "dedicated") {
          m_snapshot_tasks->post([this, version = *found] { make_snapshot(version); });
        }
      }
    });
  }

  void tell(const WorkerEvent& event) {
    m_metrics.count(event);
    Json line;
    switch (event.kind) {
    case WorkerEvent::Kind::started:
      line = {{"event", "worker_started"},
              {"version", event.version},
              {"snapshot", event.layer.empty() ? "none" : event.layer},
              {"prepared", event.was_prepared},
              {"pid", event.pid},
              {"ms", event.took.count()}};
      break;
    case WorkerEvent::Kind::failed:
      line = {{"event", "worker_failed"}, {"version", event.version}, {"why", event.text}};
      break;
    case WorkerEvent::Kind::ended:
      line = {{"event", "worker_ended"}, {"version", event.version}, {"why", event.text}};
      break;
    case WorkerEvent::Kind::log:
      if (event.run) {
        line = {{"event", "run"},
                {"version", event.version},
                {"kind", event.run->kind},
                {"what", event.run->what},
                {"outcome", event.run->outcome},
                {"wall_ms", event.run->wall_ms},
                {"cpu_ms", event.run->cpu_ms}};
      } else {
        line = {{"event", "log"}, {"version", event.version}, {"text", event.text}};
      }
      break;
    }
    if (event.cut_off > 0) {
      m_tails.publish_cut_off(event.worker, event.version, outcome_of(event), event.text);
    }
    const bool bad = event.kind != WorkerEvent::Kind::log && event.severity == Severity::error;
    log(bad ? Importance::problem : Importance::detail, line);
  }

  /// Of the runs that a process's end has cut off, in the platform's words.
  static std::string_view outcome_of(const WorkerEvent& event) {
    switch (event.ended_by) {
    case runtime::Watchdog::Verdict::looping:
      return "exceededCpu";
    case runtime::Watchdog::Verdict::swollen:
      return "exceededMemory";
    default:
      return event.kind == WorkerEvent::Kind::failed ? "exception" : "unknown";
    }
  }

  Result<void> offer(const std::string& account) {
    PYW_TRY(m_data.offer(account));
    return m_links->offer(account, m_data.places(account).links_socket);
  }

  /// Once, when the server starts.
  void begin_queues() {
    if (const auto accounts = accounts_with_queues(m_records.database())) {
      for (const auto& account : *accounts) {
        if (offer(account)) {
          m_data.deliver(account, [] {});
        }
      }
    }
  }

  /// For a process of the account that wants to speak to one of its Workers.
  void link(const WantedWorker& wanted, Links::Done done) {
    const auto* script = m_table->find_script(wanted.account, wanted.name);
    if (script == nullptr || script->versions.empty()) {
      done(failure(user_error(script == nullptr ? "does not exist" : "has no deployment")));
      return;
    }
    const auto* share = choose_version(script->versions, {script->name, "", "", m_random()});
    const auto version = wanted.objects || share == nullptr ? owner_of(script->versions) : share->version;
    const auto tell = [done](const Result<std::shared_ptr<ReadyWorker>>& worker) {
      if (!worker) {
        done(failure(user_error("could not be started")));
        return;
      }
      done(Json{{"debugPortAddress", "unix:" + (*worker)->debug_socket.string()},
                {"defaultEntrypointService", (*worker)->entry_service},
                {"userWorkerService", runtime::worker_service}}
               .dump());
    };
    m_pool.acquire(version, tell, Need::exports);
  }

  void visited(const VisitRecord& visit) {
    m_metrics.count(visit);
    log(Importance::detail,
        {{"event", "request"},
         {"method", visit.method},
         {"host", visit.host},
         {"target", visit.target},
         {"status", visit.status},
         {"version", visit.version},
         {"cold", visit.cold},
         {"ms", static_cast<double>(visit.took.count()) / 1000}});
  }

  void stop() {
    if (m_farewell) {
      m_loop.stop(); // asked twice
      return;
    }
    m_farewell = m_loop.after(longest_farewell, [this] { m_loop.stop(); });
    log(Importance::normal, {{"event", "stopping"}});
    m_tails.stop();
    m_api_server->finish([this] {
      m_gateway->finish([this] { m_pool.stop([this] { m_processes.stop([this] { m_loop.stop(); }); }); });
    });
  }

  void log(Importance importance, Json line) {
    line["time"] = m_records.now();
    line["level"] = importance == Importance::problem  ? "error"
                    : importance == Importance::normal ? "info"
                                                       : "debug";
    m_hooks.log(importance, line.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

  void tell_process(const std::string& name, Severity severity, std::string_view text) {
    log(severity == Severity::error ? Importance::problem : Importance::detail,
        {{"event", "data_log"}, {"process", name}, {"text", text}});
  }

  // --- On other threads ---

  Result<ApiAnswer> ask(const std::string& account, const Path& socket, const SocketRequest& request) {
    const auto offered =
        m_calls.call<Result<void>>([this, account](const auto& done) { done(offer(account)); });
    if (!offered || !*offered) {
      return failure(offered ? offered->error() : internal_error("the server is about to end"));
    }
    return ask_socket(socket, request);
  }

  void queues_changed(const std::string& account) {
    static_cast<void>(m_calls.call<bool>([this, account](const auto& done) {
      if (offer(account)) {
        m_data.deliver(account, [done] { done(true); });
      } else {
        done(false);
      }
    }));
  }

  /// For a process that is about to start.
  Role role_now(const Version& version) {
    if (!keeps_objects(version)) {
      return Role::alone;
    }
    const auto deployments = m_records.deployments(version.account, version.script, 1);
    if (!deployments || deployments->empty()) {
      return Role::trial;
    }
    const std::lock_guard lock(m_trying_mutex);
    return role_to_start(version.id, deployments->front().versions, m_trying.contains(version.id));
  }

  void data_changed(const std::string& account) {
    static_cast<void>(m_calls.call<bool>(
        [this, account](const auto& done) { m_data.changed(account, [done] { done(true); }); }));
  }

  Result<void>
  delete_data(const std::string& account, const std::string& script, const std::string& workflow) {
    PYW_TRY_ASSIGN(const bool was_there,
                   remove_worker_data(m_data.places(account), script, workflow, m_world.files));
    if (was_there) { // who still has the files open loses nothing that anybody will ask for
      static_cast<void>(m_calls.call<bool>([this, owned = account + "/" + script](const auto& done) {
        m_pool.discard([&](const std::string&, const StartPlan& plan) { return plan.owns == owned; });
        done(true);
      }));
    }
    return {};
  }

  Result<StartReport> validate(const Version& version) {
    m_catalog.add(version);
    {
      const std::lock_guard lock(m_trying_mutex);
      m_trying[version.id] = m_world.clock.monotonic();
    }
    using Got = Result<std::shared_ptr<ReadyWorker>>;
    const auto got = m_calls.call<Got>([this, id = version.id](const auto& done) {
      m_pool.acquire(id, [done](Got worker) { done(worker); });
    });
    if (got && *got) {
      if (keeps_objects(version)) { // its data is nobody's: the next request gets another process
        m_loop.post([this, id = version.id] {
          m_pool.discard([&](const std::string& other, const StartPlan& plan) {
            return other == id && plan.role == Role::trial;
          });
        });
      }
      return StartReport{static_cast<std::uint64_t>((**got)->start_took.count()), (**got)->layer};
    }
    m_workshop.forget(version);
    return failure(got ? got->error() : user_error("the Worker did not start in time"));
  }

  Result<std::shared_ptr<const RoutingTable>> read_table() {
    PYW_TRY_ASSIGN(const auto scripts, m_records.served());
    PYW_TRY_ASSIGN(const auto routes, m_records.routes());
    return std::make_shared<const RoutingTable>(scripts, routes, m_options.domain);
  }

  static bool is_served(const RoutingTable& table, const std::string& version) {
    for (const auto& script : table.scripts()) {
      for (const auto& share : script->versions) {
        if (share.version == version) {
          return true;
        }
      }
    }
    return false;
  }

  /// Versions that have just been tried, and that no deployment names yet: another Worker's change is not to
  /// end them.
  std::set<std::string> still_trying(const RoutingTable& table) {
    const std::lock_guard lock(m_trying_mutex);
    const auto now = m_world.clock.monotonic();
    std::set<std::string> out;
    std::erase_if(m_trying, [&](const auto& item) {
      return is_served(table, item.first) || now - item.second > longest_validation;
    });
    for (const auto& [version, since] : m_trying) {
      out.insert(version);
    }
    return out;
  }

  Result<void> apply() {
    const std::lock_guard lock(m_apply_mutex); // a table that was read later is applied later
    PYW_TRY_ASSIGN(const auto table, read_table());
    const auto trying = still_trying(*table);
    static_cast<void>(m_calls.call<bool>([this, table, trying](const auto& done) {
      m_gateway->route_by(table);
      m_table = table;
      move_objects();
      m_pool.retire(
          [&](const std::string& version) { return trying.contains(version) || is_served(*table, version); });
      done(true);
    }));
    return {};
  }

  /// On the loop: after a deployment the objects of a Worker may belong into another version's process.
  void move_objects() {
    std::vector<std::string> moved;
    m_pool.discard([&](const std::string& version, const StartPlan& plan) {
      if (plan.role != Role::owner && plan.role != Role::guest) {
        return false;
      }
      for (const auto& script : m_table->scripts()) {
        const auto role = role_of(version, script->versions);
        if (role == Role::trial) {
          continue; // of another Worker, or retired
        }
        if (role != plan.role) {
          moved.push_back(script->account + "/" + script->name);
        }
        return role != plan.role;
      }
      if (!plan.owns.empty()) {
        moved.push_back(plan.owns);
      }
      return true;
    });
    for (const auto& owned : moved) { // alarms go on
      m_triggers.wake_owner(owned);
    }
  }

  void make_snapshot(const Version& version) {
    if (const auto made = m_workshop.make_snapshot(version); !made) {
      m_loop.post([this, id = version.id, why = std::string(made.error().message())] {
        log(Importance::detail, {{"event", "no_snapshot"}, {"version", id}, {"why", why}});
      });
    }
  }

  const EdgeOptions& m_options;
  const EdgeHooks& m_hooks;
  World& m_world;
  DataPlaces m_places;
  EventLoop m_loop;
  Records m_records;
  Vault m_vault;
  BlobStore m_blobs;
  SnapshotUploads m_snapshots;
  SocketProcesses m_processes;
  AccountData m_data;
  Workshop m_workshop;
  Catalog m_catalog;
  Tails m_tails;
  WorkerPool m_pool;
  Api m_api;
  Metrics m_metrics;
  Triggers m_triggers;
  std::unique_ptr<Links> m_links;
  LoopCalls m_calls;
  std::shared_ptr<const RoutingTable> m_table;
  std::mt19937_64 m_random{std::random_device{}()};
  std::mutex m_apply_mutex;
  std::mutex m_trying_mutex;
  std::map<std::string, std::chrono::steady_clock::time_point> m_trying; ///< since when
  bool m_is_ready = false;
  Tasks* m_preparations = nullptr;
  Tasks* m_snapshot_tasks = nullptr;
  Tasks* m_api_tasks = nullptr;
  std::unique_ptr<Gateway> m_gateway;
  std::unique_ptr<ApiServer> m_api_server;
  std::unique_ptr<Subscription> m_signals;
  std::unique_ptr<Subscription> m_farewell;
};

} // namespace

Result<int> run_edge(const EdgeOptions& options, const EdgeHooks& hooks, World& world) {
  PYW_TRY_ASSIGN(auto records, open_records(options.data, world));
  const auto places = places_in(options.data);
  PYW_TRY_ASSIGN(const auto lock, FileLock::try_acquire(places.lock));
  if (!lock) {
    return failure(user_error(fmt::format("another `pyw edge serve` has `{}`", options.data.string()),
                              {"`--data DIR` names another folder"}));
  }
  PYW_TRY(world.files.make_directories(places.blobs));
  PYW_TRY_ASSIGN(auto vault, Vault::open(places.key, world.files));
  return EdgeServer(options, hooks, world, std::move(records), std::move(vault)).run();
}

} // namespace pyw::edge
