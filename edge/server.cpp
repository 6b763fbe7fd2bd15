#include <base/defer.hpp>
#include <base/event_loop.hpp>
#include <base/file_lock.hpp>
#include <base/listener.hpp>
#include <edge/api.hpp>
#include <edge/api_server.hpp>
#include <edge/gateway.hpp>
#include <edge/json.hpp>
#include <edge/metrics.hpp>
#include <edge/server.hpp>
#include <edge/tasks.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>

namespace pyw::edge {

namespace {

constexpr std::size_t api_threads = 4;
constexpr std::size_t preparation_threads = 2;
/// For answers under way when the server is told to end.
constexpr auto longest_farewell = std::chrono::seconds(20);
/// A first start compiles its packages' byte code; the rest is the platform's own patience.
constexpr auto longest_validation = std::chrono::seconds(120);
/// Versions that were uploaded a moment ago, and may not be on record yet.
constexpr std::size_t recent_versions = 64;

/// What a thread waits for that another one brings; given up when the server ends.
template <typename T>
class Awaited {
public:
  void bring(T value) {
    {
      const std::lock_guard lock(m_mutex);
      m_value = std::move(value);
    }
    m_here.notify_all();
  }

  std::optional<T> wait(std::chrono::milliseconds longest, const std::atomic<bool>& stopping) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    std::unique_lock lock(m_mutex);
    while (!m_value && !stopping && std::chrono::steady_clock::now() < deadline) {
      m_here.wait_for(lock, std::chrono::milliseconds(100));
    }
    return std::move(m_value);
  }

private:
  std::mutex m_mutex;
  std::condition_variable m_here;
  std::optional<T> m_value;
};

/// Versions by id, also those that are being validated.
class Catalog {
public:
  explicit Catalog(Records& records) : m_records(records) {}

  void add(const Version& version) {
    const std::lock_guard lock(m_mutex);
    m_recent.push_back(version);
    if (m_recent.size() > recent_versions) {
      m_recent.pop_front();
    }
  }

  Result<Version> find(const std::string& id) {
    {
      const std::lock_guard lock(m_mutex);
      for (const auto& version : m_recent) {
        if (version.id == id) {
          return version;
        }
      }
    }
    PYW_TRY_ASSIGN(auto stored, m_records.find_version(id));
    return stored ? Result<Version>(std::move(*stored)) : failure(internal_error("the version is gone"));
  }

private:
  Records& m_records;
  std::mutex m_mutex;
  std::deque<Version> m_recent;
};

class EdgeServer {
public:
  EdgeServer(const EdgeOptions& options, const EdgeHooks& hooks, World& world, Records records, Vault vault)
      : m_options(options), m_hooks(hooks), m_world(world), m_places(places_in(options.data)),
        m_records(std::move(records)), m_vault(std::move(vault)), m_blobs(m_places.blobs, world.files),
        m_snapshots(m_places.uploads, m_blobs, world.files),
        m_workshop(m_places.work, m_blobs, m_vault, hooks.parts, world), m_catalog(m_records),
        m_pool(
            m_loop,
            world.processes,
            world.clock,
            options.limits,
            [this](const std::string& version, auto done) { prepare(version, std::move(done)); },
            [this](const StartPlan& plan, const std::string& version) { started(plan, version); },
            [this](const WorkerEvent& event) { tell(event); }),
        m_api({m_records,
               m_vault,
               m_blobs,
               m_snapshots,
               options.domain,
               0,
               [this](const Version& version) { return validate(version); },
               [this] { return apply(); }}) {}

  Result<int> run() {
    allow_many_descriptors();
    PYW_TRY(open());
    PYW_TRY_ASSIGN(auto table, read_table());
    m_gateway->route_by(std::move(table));
    m_signals = m_loop.on_signals({SIGINT, SIGTERM, SIGHUP}, [this](int) { stop(); });
    Tasks preparations(preparation_threads);
    Tasks snapshots(1);
    Tasks api(api_threads);
    m_preparations = &preparations;
    m_snapshot_tasks = &snapshots;
    m_api_tasks = &api;
    log(Importance::normal,
        {{"event", "listening"},
         {"api", fmt::format("http://{}:{}", m_options.api_address, m_api_server->port())},
         {"workers", fmt::format("http://{}:{}", m_options.address, m_gateway->port())}});
    m_is_ready = true;
    m_loop.run();
    m_stopping = true; // who still waits on another thread gives up
    return 0;
  }

private:
  Result<void> open() {
    GatewayOptions gateway{m_options.address, m_options.port};
    gateway.on_visit = [this](const VisitRecord& visit) { visited(visit); };
    PYW_TRY_ASSIGN(m_gateway, Gateway::listen(m_loop, m_pool, std::move(gateway)));
    m_api.parts().port = m_gateway->port();
    ApiServerOptions api{m_options.api_address, m_options.api_port, m_options.api_hosts};
    api.handle = [this](ApiRequest request, auto done) { answer(std::move(request), std::move(done)); };
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
    } else if (request.method == "GET" && request.path == "/metrics") {
      done({200,
            "text/plain; version=0.0.4",
            m_metrics.text({m_pool.running(), m_pool.requests(), m_pool.memory()})});
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
      auto plan = [&]() -> Result<StartPlan> {
        PYW_TRY_ASSIGN(const auto found, m_catalog.find(version));
        return m_workshop.prepare(found);
      }();
      m_loop.post([done, plan = std::move(plan)]() mutable { done(std::move(plan)); });
    });
  }

  void started(const StartPlan& plan, const std::string& version) {
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
    const bool bad = event.kind != WorkerEvent::Kind::log && event.severity == Severity::error;
    log(bad ? Importance::problem : Importance::detail, line);
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
    m_api_server->finish([this] { m_gateway->finish([this] { m_pool.stop([this] { m_loop.stop(); }); }); });
  }

  void log(Importance importance, const Json& line) {
    m_hooks.log(importance, line.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

  // --- On other threads ---

  Result<StartReport> validate(const Version& version) {
    m_catalog.add(version);
    using Got = Result<std::shared_ptr<ReadyWorker>>;
    const auto awaited = std::make_shared<Awaited<Got>>();
    m_loop.post([this, awaited, id = version.id] {
      m_pool.acquire(id, [awaited](Got worker) { awaited->bring(std::move(worker)); });
    });
    const auto got = awaited->wait(longest_validation, m_stopping);
    if (got && *got) {
      return StartReport{static_cast<std::uint64_t>((**got)->start_took.count()), (**got)->layer};
    }
    m_workshop.forget(version.id);
    return failure(got ? got->error() : user_error("the Worker did not start in time"));
  }

  Result<std::shared_ptr<const RoutingTable>> read_table() {
    PYW_TRY_ASSIGN(const auto scripts, m_records.served());
    PYW_TRY_ASSIGN(const auto routes, m_records.routes());
    return std::make_shared<const RoutingTable>(scripts, routes, m_options.domain);
  }

  Result<void> apply() {
    const std::lock_guard lock(m_apply_mutex); // a table that was read later is applied later
    PYW_TRY_ASSIGN(auto table, read_table());
    const auto awaited = std::make_shared<Awaited<bool>>();
    m_loop.post([this, awaited, table = std::move(table)] {
      m_gateway->route_by(table);
      m_pool.retire([&](const std::string& version) {
        for (const auto& script : table->scripts()) {
          for (const auto& share : script->versions) {
            if (share.version == version) {
              return true;
            }
          }
        }
        return false;
      });
      awaited->bring(true);
    });
    static_cast<void>(awaited->wait(longest_validation, m_stopping));
    return {};
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
  Workshop m_workshop;
  Catalog m_catalog;
  WorkerPool m_pool;
  Api m_api;
  Metrics m_metrics;
  std::mutex m_apply_mutex;
  std::atomic<bool> m_stopping = false;
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

DataPlaces places_in(const Path& data) {
  return {
      data / "records.sqlite", data / "key", data / "blobs", data / "uploads", data / "work", data / "lock"};
}

Result<Records> open_records(const Path& data, World& world) {
  PYW_TRY(world.files.make_directories(data));
  if (::chmod(data.c_str(), 0700) != 0) { // accounts, tokens' hashes, the code of all
    return failure(system_error(fmt::format("cannot keep others out of `{}`", data.string()), errno));
  }
  return Records::open(places_in(data).records.string(), world.clock);
}

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
