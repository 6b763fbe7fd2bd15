#include <base/hash.hpp>
#include <base/http_relay.hpp>
#include <edge/client_connection.hpp>
#include <edge/gateway.hpp>
#include <edge/open_connections.hpp>
#include <edge/vault.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <random>

namespace pyw::edge {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

/// Kept for the next request when the last one ended cleanly.
struct WorkerConnection {
  explicit WorkerConnection(asio::io_context& context) : socket(context) {}

  asio::local::stream_protocol::socket socket;
  beast::flat_buffer buffer;
};

namespace {

constexpr std::uint32_t most_head_bytes = 128 * 1024; // production's limit for all of a request's header
constexpr std::size_t most_kept = 64;
constexpr auto longest_start = std::chrono::seconds(60);
constexpr auto longest_absence = std::chrono::seconds(5);
constexpr int most_attempts = 4;
constexpr int client_closed_request = 499; // nginx's

using RequestParser = http::request_parser<http::buffer_body>;
using ResponseParser = http::response_parser<http::buffer_body>;
using Request = http::request<http::buffer_body>;
using Response = http::response<http::buffer_body>;
using Clock = std::chrono::steady_clock;

bool is_websocket(const Request& request) {
  return beast::iequals(request[http::field::upgrade], "websocket");
}

/// Whether the same may be asked twice (RFC 9110, 9.2.2), and no part of it is gone already.
bool may_repeat(const Request& request, const RequestParser& parser) {
  using enum http::verb;
  const auto method = request.method();
  return parser.is_done() &&
         (method == get || method == head || method == options || method == put || method == delete_);
}

/// A request counts as under way as long as this lives.
class Lease {
public:
  explicit Lease(std::shared_ptr<ReadyWorker> worker) : m_worker(std::move(worker)) { ++m_worker->requests; }

  ~Lease() { --m_worker->requests; }

  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  ReadyWorker& operator*() const { return *m_worker; }

  ReadyWorker* operator->() const { return m_worker.get(); }

private:
  std::shared_ptr<ReadyWorker> m_worker;
};

/// What is known of a client while a Worker is at work for it.
struct Attention {
  bool over = false; ///< nobody wants to know any more
  bool left = false; ///< the client closed the connection
};

/// Ends the Worker's work when the client leaves: else the next write to it would tell, and there may be none
/// for long. A client that only says that it will send no more (nobody's does but some scripts') has left as
/// well.
void watch_client(ClientConnection& client,
                  const std::shared_ptr<WorkerConnection>& upstream,
                  const std::shared_ptr<Attention>& attention) {
  if (client.buffer.size() > 0) { // it has asked for more already
    return;
  }
  const auto look = [&client, upstream, attention](error_code error) {
    if (error || attention->over || !has_ended(client.socket)) {
      return;
    }
    attention->left = true;
    error_code ignored;
    upstream->socket.close(ignored);
  };
  client.socket.async_wait(asio::socket_base::wait_read, look);
}

void unseen(const char* /*piece*/, std::size_t /*size*/) {}

template <typename From, typename To>
asio::awaitable<void> copy_bytes(From& from, To& to) {
  std::array<char, 16 * 1024> piece{};
  for (;;) {
    const auto [read_error, count] = co_await from.async_read_some(asio::buffer(piece), outcome);
    if (read_error) {
      break;
    }
    const auto [write_error, written] =
        co_await asio::async_write(to, asio::buffer(piece.data(), count), outcome);
    if (write_error) {
      break;
    }
  }
  error_code ignored;
  to.shutdown(asio::socket_base::shutdown_send, ignored);
}

/// Lets a coroutine wait for another, or for a callback, of the same loop.
class Signal {
public:
  explicit Signal(asio::io_context& context) : m_timer(context, Clock::time_point::max()) {}

  void set() {
    m_set = true;
    m_timer.cancel();
  }

  asio::awaitable<void> wait(Clock::time_point until = Clock::time_point::max()) {
    if (!m_set) {
      m_timer.expires_at(until);
      co_await m_timer.async_wait(outcome);
    }
  }

  [[nodiscard]] bool is_set() const { return m_set; }

private:
  asio::steady_timer m_timer;
  bool m_set = false;
};

class BeastGateway final : public Gateway {
public:
  BeastGateway(EventLoop& loop, WorkerPool& pool, GatewayOptions options)
      : m_loop(loop), m_context(loop.context()), m_pool(pool), m_options(std::move(options)),
        m_table(std::make_shared<RoutingTable>()), m_random(std::random_device{}()) {}

  Result<void> open() {
    PYW_TRY_ASSIGN(m_entrance,
                   Entrance::open(m_loop, m_options.entrance, [this](AcceptedConnection accepted) {
                     auto connection = std::make_shared<ClientConnection>(m_context, std::move(accepted));
                     m_connections.add(connection);
                     asio::co_spawn(m_context, serve(connection), asio::detached);
                   }));
    m_port = m_entrance->port();
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return m_port; }

  void route_by(std::shared_ptr<const RoutingTable> table) override { m_table = std::move(table); }

  void finish(std::function<void()> done) override {
    m_entrance.reset();
    m_connections.finish(std::move(done));
  }

private:
  asio::awaitable<void> serve(std::shared_ptr<ClientConnection> connection) {
    while (co_await serve_one(*connection)) {
    }
    error_code ignored;
    connection->socket.shutdown(asio::socket_base::shutdown_both, ignored);
    connection->socket.close(ignored);
    m_connections.remove(connection);
  }

  /// False when the connection is at its end.
  asio::awaitable<bool> serve_one(ClientConnection& connection) {
    RequestParser parser;
    parser.header_limit(most_head_bytes);
    parser.body_limit(boost::none);
    connection.waits = true;
    if (!co_await read_head(connection, parser)) {
      co_return false;
    }
    connection.waits = false;
    auto& request = parser.get();
    const auto begun = Clock::now();
    VisitRecord record;
    record.method = text(request.method_string());
    record.host = text(request[http::field::host]);
    record.target = text(request.target());
    const bool goes_on = co_await answer(connection, parser, record);
    record.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    m_options.on_visit(record);
    co_return goes_on && !m_connections.finishing();
  }

  asio::awaitable<bool> read_head(ClientConnection& connection, RequestParser& parser) {
    asio::steady_timer silence(m_context, longest_silence);
    silence.async_wait([&connection](error_code error) {
      if (!error) {
        error_code ignored;
        connection.socket.cancel(ignored);
      }
    });
    const auto [error, count] =
        co_await http::async_read_header(connection.socket, connection.buffer, parser, outcome);
    if (error && error != http::error::end_of_stream &&
        error.category() == http::make_error_code(http::error::bad_method).category()) {
      VisitRecord record;
      co_await refuse(connection, parser, 400, "bad request", record);
    }
    co_return !error;
  }

  asio::awaitable<bool> answer(ClientConnection& connection, RequestParser& parser, VisitRecord& record) {
    auto& request = parser.get();
    const auto target = request.target();
    if (!target.starts_with('/')) {
      co_return co_await refuse(connection, parser, 400, "bad request", record);
    }
    const auto path = record.target.substr(0, record.target.find_first_of("?#"));
    const auto table = m_table; // it may be replaced meanwhile
    const auto* script = table->find({record.host, path});
    if (script == nullptr || is_reserved_path(record.target)) {
      co_return co_await refuse(connection, parser, 404, "there is no Worker here", record);
    }
    record.account = script->account;
    record.script = script->name;
    const auto key = text(request["Cloudflare-Workers-Version-Key"]);
    const auto overrides = text(request["Cloudflare-Workers-Version-Overrides"]);
    const Choice choice{script->name, key, overrides, m_random()};
    const auto* share = choose_version(script->versions, choice);
    if (share == nullptr) {
      co_return co_await refuse(connection, parser, 404, "this Worker has no deployment", record);
    }
    record.version = share->version;
    if (m_pool.requests_of(share->version) >= m_options.most_requests) {
      co_return co_await refuse(
          connection, parser, 503, "the Worker has too many requests under way", record);
    }
    if (beast::iequals(request[http::field::expect], "100-continue")) {
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(connection.socket, asio::buffer(go_on), outcome);
    }
    const bool repeatable = may_repeat(request, parser); // asked before its body has gone over
    for (int attempt = 1;; ++attempt) {
      const auto acquired = co_await acquire(record);
      if (!acquired) {
        co_return co_await refuse(connection, parser, 503, "the Worker could not be started", record);
      }
      const auto result = co_await exchange(connection, parser, *acquired, record);
      if (result == Exchange::done || result == Exchange::ended) {
        co_return result == Exchange::done;
      }
      if (attempt == most_attempts || (result == Exchange::nothing_came && !repeatable)) {
        co_return co_await refuse(connection, parser, 502, "the Worker ended before it answered", record);
      }
      if (attempt > 1 || result == Exchange::not_reached) { // not just a kept connection that had gone stale
        co_await wait_for_end(*acquired);
      }
    }
  }

  /// A process that does not answer has commonly ended, and is about to be noticed; the next attempt starts
  /// another.
  asio::awaitable<void> wait_for_end(const std::shared_ptr<ReadyWorker>& worker) {
    if (!worker->ended) {
      const auto noticed = std::make_shared<Signal>(m_context);
      worker->when_ended.emplace_back([noticed] { noticed->set(); });
      co_await noticed->wait(Clock::now() + longest_absence);
    }
  }

  asio::awaitable<Result<std::shared_ptr<ReadyWorker>>> acquire(VisitRecord& record) {
    struct Waiting {
      explicit Waiting(asio::io_context& context) : arrived(context) {}

      Signal arrived;
      Result<std::shared_ptr<ReadyWorker>> worker = failure(user_error("it did not start in time"));
    };

    const auto waiting = std::make_shared<Waiting>(m_context);
    m_pool.acquire(record.version, [waiting](Result<std::shared_ptr<ReadyWorker>> worker) {
      waiting->worker = std::move(worker);
      waiting->arrived.set();
    });
    if (!waiting->arrived.is_set()) {
      record.cold = true;
      co_await waiting->arrived.wait(Clock::now() + longest_start);
    }
    co_return waiting->worker;
  }

  enum class Exchange {
    done,         ///< the connection can go on
    ended,        ///< it cannot
    nothing_came, ///< not a byte of an answer
    not_reached,  ///< not a byte was sent either
  };

  asio::awaitable<std::shared_ptr<WorkerConnection>> connect(ReadyWorker& worker) {
    while (!worker.idle.empty()) {
      auto kept = std::move(worker.idle.back());
      worker.idle.pop_back();
      if (is_quiet(kept->socket)) {
        co_return kept;
      }
    }
    auto fresh = std::make_shared<WorkerConnection>(m_context);
    const asio::local::stream_protocol::endpoint place(worker.socket.string());
    const auto [error] = co_await fresh->socket.async_connect(place, outcome);
    co_return error ? nullptr : fresh;
  }

  [[nodiscard]] Request request_for_worker(const ClientConnection& connection, const Request& request) {
    Request out;
    out.base() = request.base();
    out.version(11);
    drop_hop_by_hop_fields(out);
    if (is_websocket(request)) {
      out.set(http::field::connection, "Upgrade");
      out.set(http::field::upgrade, "websocket");
    }
    // What only the server may say.
    const auto before = text(request["X-Forwarded-For"]);
    out.set("X-Forwarded-For", before.empty() ? connection.address : before + ", " + connection.address);
    out.set("X-Forwarded-Proto", m_options.entrance.tls ? "https" : "http");
    out.set("CF-Connecting-IP", connection.address);
    out.set("CF-Ray", fmt::format("{:016x}", m_random()));
    return out;
  }

  asio::awaitable<Exchange> exchange(ClientConnection& connection,
                                     RequestParser& parser,
                                     const std::shared_ptr<ReadyWorker>& worker,
                                     VisitRecord& record) {
    const Lease lease(worker);
    const auto upstream = co_await connect(*worker);
    if (!upstream) {
      co_return Exchange::not_reached;
    }
    auto message = request_for_worker(connection, parser.get());
    http::request_serializer<http::buffer_body> serializer(message);
    Signal sent(m_context);
    auto pumped = Relayed::not_written;
    const auto attention = std::make_shared<Attention>();
    // Beside the answer: a Worker may answer before it has read all.
    const auto send = [&]() -> asio::awaitable<void> {
      pumped = co_await relay_body(
          connection.socket, connection.buffer, parser, upstream->socket, serializer, message, unseen);
      if (pumped == Relayed::not_read) { // the Worker would wait for the rest for ever
        error_code ignored;
        upstream->socket.close(ignored);
      }
      if (pumped == Relayed::all && !is_websocket(parser.get())) {
        watch_client(connection, upstream, attention);
      }
      sent.set();
    };
    asio::co_spawn(m_context, send, asio::detached);
    ResponseParser response;
    const auto result = co_await relay_answer(connection, parser, *upstream, response, record, lease);
    attention->over = true;
    if (attention->left) {
      record.status = client_closed_request;
      co_return Exchange::ended;
    }
    if (!sent.is_set()) { // the rest of the request is of no use to anybody
      error_code ignored;
      upstream->socket.close(ignored);
      connection.socket.cancel(ignored);
      co_await sent.wait();
    }
    if (result == Exchange::done && pumped == Relayed::all && response.keep_alive() && !lease->ended &&
        lease->idle.size() < most_kept && upstream->socket.is_open()) {
      lease->idle.push_back(upstream);
    }
    if (result == Exchange::nothing_came && pumped == Relayed::not_read) {
      co_await refuse(connection, parser, 400, "the request is not whole", record);
      co_return Exchange::ended;
    }
    co_return result == Exchange::done&& pumped != Relayed::all ? Exchange::ended : result;
  }

  asio::awaitable<Exchange> relay_answer(ClientConnection& connection,
                                         RequestParser& parser,
                                         WorkerConnection& upstream,
                                         ResponseParser& response,
                                         VisitRecord& record,
                                         const Lease& lease) {
    response.header_limit(most_head_bytes);
    response.body_limit(boost::none);
    response.skip(parser.get().method() == http::verb::head);
    const auto [error, count] =
        co_await http::async_read_header(upstream.socket, upstream.buffer, response, outcome);
    if (error) {
      co_return Exchange::nothing_came;
    }
    lease->answered();
    record.status = static_cast<int>(response.get().result_int());
    Response answer;
    answer.base() = response.get().base();
    drop_hop_by_hop_fields(answer);
    const bool upgrades = response.get().result() == http::status::switching_protocols;
    if (upgrades) {
      answer.set(http::field::connection, "Upgrade");
      answer.set(http::field::upgrade, "websocket");
      http::response_serializer<http::buffer_body> head(answer);
      const auto [write_error, written] = co_await http::async_write_header(connection.socket, head, outcome);
      if (!write_error) {
        co_await tunnel(connection, upstream);
      }
      co_return Exchange::ended;
    }
    bool keep_alive = parser.get().keep_alive() && !m_connections.finishing();
    const bool has_body = !response.is_done();
    if (has_body && !response.content_length() && !response.chunked()) {
      if (parser.get().version() >= 11) {
        answer.chunked(true);
      } else {
        keep_alive = false;
      }
    }
    answer.version(parser.get().version());
    answer.keep_alive(keep_alive);
    http::response_serializer<http::buffer_body> serializer(answer);
    if (response.is_done()) { // HEAD, 204, 304: what the fields say of a body stands for none
      const auto [head_error, head_count] =
          co_await http::async_write_header(connection.socket, serializer, outcome);
      co_return head_error || !keep_alive ? Exchange::ended : Exchange::done;
    }
    const auto whole = co_await relay_body(
        upstream.socket, upstream.buffer, response, connection.socket, serializer, answer, unseen);
    const bool goes_on = whole == Relayed::all && keep_alive;
    co_return goes_on ? Exchange::done : Exchange::ended;
  }

  asio::awaitable<void> tunnel(ClientConnection& connection, WorkerConnection& upstream) {
    // What came with the heads already.
    co_await asio::async_write(upstream.socket, connection.buffer.data(), outcome);
    connection.buffer.clear();
    co_await asio::async_write(connection.socket, upstream.buffer.data(), outcome);
    upstream.buffer.clear();
    Signal up(m_context);
    const auto send = [&]() -> asio::awaitable<void> {
      co_await copy_bytes(connection.socket, upstream.socket);
      up.set();
    };
    asio::co_spawn(m_context, send, asio::detached);
    co_await copy_bytes(upstream.socket, connection.socket);
    error_code ignored;
    connection.socket.cancel(ignored);
    connection.socket.close(ignored);
    co_await up.wait();
  }

  /// An answer of the server's own; the connection goes on when nothing of the request is left.
  asio::awaitable<bool> refuse(ClientConnection& connection,
                               RequestParser& parser,
                               unsigned status,
                               std::string what,
                               VisitRecord& record) {
    record.status = static_cast<int>(status);
    http::response<http::string_body> answer(http::int_to_status(status), 11);
    answer.set(http::field::content_type, "text/plain; charset=utf-8");
    answer.set(http::field::cache_control, "no-store");
    if (status == 503) {
      answer.set(http::field::retry_after, "1"); // seconds
    }
    const bool goes_on = parser.is_done() && parser.get().keep_alive();
    answer.keep_alive(goes_on);
    answer.body() = what + "\n";
    answer.prepare_payload();
    if (parser.get().method() == http::verb::head) {
      answer.body().clear();
    }
    const auto [error, count] = co_await http::async_write(connection.socket, answer, outcome);
    co_return !error && goes_on;
  }

  EventLoop& m_loop;
  asio::io_context& m_context;
  WorkerPool& m_pool;
  GatewayOptions m_options;
  std::shared_ptr<const RoutingTable> m_table;
  std::mt19937_64 m_random;
  std::unique_ptr<Entrance> m_entrance;
  std::uint16_t m_port = 0;
  OpenConnections<ClientConnection> m_connections;
};

} // namespace

Result<std::unique_ptr<Gateway>> Gateway::listen(EventLoop& loop, WorkerPool& pool, GatewayOptions options) {
  auto gateway = std::make_unique<BeastGateway>(loop, pool, std::move(options));
  PYW_TRY(gateway->open());
  return std::unique_ptr<Gateway>(std::move(gateway));
}

} // namespace pyw::edge
