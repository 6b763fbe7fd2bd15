#include <base/interrupt.hpp>
#include <cloud/tail.hpp>
#include <commands/cloud_support.hpp>
#include <commands/secret.hpp>
#include <commands/tail.hpp>
#include <net/websocket.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace pyw::commands {

namespace {

using std::chrono::milliseconds;

/// As the platform's client has them: how long to wait before each try to connect again, and between pings.
constexpr std::array<milliseconds, 5> reconnect_waits{
    milliseconds(1000), milliseconds(2000), milliseconds(4000), milliseconds(8000), milliseconds(16000)};
constexpr auto ping_every = milliseconds(10'000);
constexpr int normal_close = 1000; // RFC 6455 7.4.1

struct Options {
  std::optional<std::string> worker;
  std::optional<std::string> format;
  cloud::TailFilters filters;
  bool debug = false;
};

enum class Ended { interrupted, by_server, lost };

class Session {
public:
  Session(const Options& options, CloudSession& cloud, std::string script, Context& context)
      : m_options(options), m_cloud(cloud), m_script(std::move(script)), m_context(context),
        m_json(options.format
                   ? *options.format == "json"
                   : context.options.format == OutputFormat::json || ::isatty(STDOUT_FILENO) != 1) {}

  Result<int> run() {
    m_interrupt.note_first("the tail was not deleted: it ends by itself");
    for (std::size_t lost = 0;;) {
      const auto connected = connect();
      if (!connected && lost == 0) {
        remove_tail();
        return failure(connected.error());
      }
      if (connected) {
        lost = 0;
      }
      const auto ended = connected ? listen() : Ended::lost;
      remove_tail();
      if (ended != Ended::lost) {
        return 0; // also after Ctrl-C: that is how a tail ends
      }
      if (lost >= reconnect_waits.size()) {
        return failure(user_error(fmt::format("the tail of `{}` could not be opened again", m_script),
                                  {"run the command again"}));
      }
      const auto wait = reconnect_waits.at(lost++);
      m_context.world.reporter.message(
          fmt::format("The connection is lost; trying again in {} s (try {} of {})",
                      wait.count() / 1000,
                      lost,
                      reconnect_waits.size()));
      if (interrupted_within(wait)) {
        return 0;
      }
    }
  }

private:
  Result<void> connect() {
    PYW_TRY_ASSIGN(m_tail, cloud::create_tail(m_cloud.api, m_cloud.account, m_script, m_options.filters));
    net::WebSocketRequest request;
    request.url = m_tail->url;
    request.protocol = "trace-v1";
    request.headers = {{"User-Agent", "pyw/" PYW_VERSION}};
    PYW_TRY_ASSIGN(m_socket, net::connect_websocket(m_context.world.environment, request));
    PYW_TRY(m_socket->send(net::Opcode::text, cloud::Json{{"debug", m_options.debug}}.dump()));
    m_context.world.reporter.message(
        fmt::format("Connected to `{}`, until {}; Ctrl-C ends it", m_script, m_tail->expires));
    return {};
  }

  /// Prints events until the connection ends.
  Ended listen() {
    bool waits_for_pong = false;
    auto ping_due = m_context.world.clock.monotonic() + ping_every;
    for (;;) {
      const auto left =
          std::chrono::duration_cast<milliseconds>(ping_due - m_context.world.clock.monotonic());
      const auto message = m_socket->receive(std::max(left, milliseconds(0)), m_interrupt.descriptor());
      if (m_interrupt.noted()) {
        return Ended::interrupted;
      }
      if (!message) {
        m_context.world.reporter.verbose(std::string(message.error().message()));
        return Ended::lost;
      }
      if (*message && (*message)->kind == net::Opcode::close) {
        return net::close_code(**message) == normal_close ? Ended::by_server : Ended::lost;
      }
      if (*message && (*message)->kind == net::Opcode::pong) {
        waits_for_pong = false;
      } else if (*message) {
        print((*message)->payload);
      }
      if (m_context.world.clock.monotonic() < ping_due) {
        continue;
      }
      // A connection whose other end has gone silently shows only by the pong that does not come.
      if (waits_for_pong || !m_socket->send(net::Opcode::ping, "pyw tail")) {
        return Ended::lost;
      }
      waits_for_pong = true;
      ping_due += ping_every;
    }
  }

  void print(const std::string& payload) {
    const auto event = cloud::Json::parse(payload, nullptr, false);
    if (event.is_discarded()) {
      m_context.world.reporter.verbose("an event that is no JSON was left out");
      return;
    }
    if (m_json) { // one a line, for programs
      m_context.world.reporter.data(event.dump(-1, ' ', false, cloud::Json::error_handler_t::replace) + "\n");
      return;
    }
    for (const auto& line : cloud::describe_event(event)) {
      m_context.world.reporter.data(line + "\n");
    }
  }

  /// The platform deletes it too when it expires: a failure costs nothing.
  void remove_tail() {
    m_socket.reset();
    if (m_tail) {
      if (const auto removed = cloud::delete_tail(m_cloud.api, m_cloud.account, m_script, m_tail->id);
          !removed) {
        m_context.world.reporter.verbose(std::string(removed.error().message()));
      }
      m_tail.reset();
    }
  }

  bool interrupted_within(milliseconds time) {
    pollfd watched{m_interrupt.descriptor(), POLLIN, 0};
    ::poll(&watched, 1, static_cast<int>(time.count()));
    return m_interrupt.noted();
  }

  const Options& m_options;
  CloudSession& m_cloud;
  std::string m_script;
  Context& m_context;
  bool m_json;
  InterruptGuard m_interrupt;
  std::optional<cloud::Tail> m_tail;
  std::unique_ptr<net::WebSocket> m_socket;
};

Result<std::string> script_of(const Options& options,
                              CloudSession& session,
                              const std::optional<config::Project>& project,
                              Context& context) {
  if (options.worker && options.worker->find('.') != std::string::npos) {
    return cloud::worker_of_route(session.api, session.account, *options.worker);
  }
  return secret_owner(options.worker, project, context);
}

Result<int> run(const Options& options, Context& context) {
  if (options.filters.sampling_rate &&
      (*options.filters.sampling_rate <= 0 || *options.filters.sampling_rate >= 1)) {
    return failure(
        usage_error("`--sampling-rate` lies between 0 and 1", {"0.25 shows a quarter of the events"}));
  }
  PYW_TRY_ASSIGN(const auto project, find_project(context, config::Purpose::inspect));
  PYW_TRY_ASSIGN(auto session, open_session(context, project ? &*project : nullptr));
  PYW_TRY_ASSIGN(auto script, script_of(options, session, project, context));
  return Session(options, session, std::move(script), context).run();
}

} // namespace

CommandEntry tail_command() {
  return {
      "tail",
      "show what a live Worker does, as it happens",
      Group::cloud,
      {{"pyw tail", "the project's Worker"},
       {"pyw tail --status error --format pretty", "only what fails"},
       {"pyw tail example.com/* --format json | jq .event", "the Worker behind a route, for a program"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<Options>();
        auto& filters = options->filters;
        app.add_option("worker", options->worker, "the Worker, or a route of it");
        app.add_option("--format", options->format, "json (one event a line) or pretty; pretty on a terminal")
            ->check(CLI::IsMember({"json", "pretty"}));
        app.add_option("--status", filters.statuses, "ok, error or canceled")
            ->check(CLI::IsMember({"ok", "error", "canceled"}));
        app.add_option("--method", filters.methods, "only requests with these methods");
        app.add_option("--header", filters.header, "only requests with this header: NAME or NAME:TEXT");
        app.add_option("--search", filters.search, "only events with this text in a log line");
        app.add_option("--ip", filters.addresses, "only requests from these addresses; `self` is your own");
        app.add_option("--sampling-rate", filters.sampling_rate, "this share of the events, between 0 and 1");
        app.add_option("--version-id", filters.version, "only this version");
        app.add_flag("--debug", options->debug, "also what the filters leave out, with the reason")
            ->group("");
        return [options](Context& context) { return run(*options, context); };
      },
  };
}

} // namespace pyw::commands
