#include <base/platform.hpp>
#include <devserver/error_page.hpp>
#include <devserver/host_check.hpp>
#include <devserver/proxy.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>

#include <array>
#include <map>
#include <set>
#include <variant>

namespace pyw::devserver {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using UnixSocket = asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr auto outcome = asio::as_tuple(asio::use_awaitable);

/// Larger than any header field a browser sends (cookies: 4 KiB each, 50 a domain are allowed).
constexpr std::uint32_t header_limit = 256 * 1024;
constexpr std::size_t copy_buffer_size = 64 * 1024;

using RequestParser = http::request_parser<http::buffer_body>;
using ResponseParser = http::response_parser<http::buffer_body>;
using RequestHead = http::request<http::buffer_body>;
using ResponseHead = http::response<http::buffer_body>;

struct Route {
  Generation generation = 0;
  Path socket;
};

using Target = std::variant<std::monostate, Route, ErrorAnswer>;

/// A connection to workerd; kept for the next request when the last one ended cleanly.
struct Upstream {
  explicit Upstream(asio::io_context& context) : socket(context) {}

  UnixSocket::socket socket;
  beast::flat_buffer buffer;
  bool used_before = false;
};

template <typename Fields>
void drop_hop_by_hop_fields(Fields& fields) {
  for (const auto field : {http::field::connection,
                           http::field::keep_alive,
                           http::field::proxy_connection,
                           http::field::te,
                           http::field::trailer,
                           http::field::upgrade,
                           http::field::expect}) {
    fields.erase(field);
  }
}

bool wants_html(const RequestHead& request) {
  return request[http::field::accept].find("text/html") != beast::string_view::npos;
}

class ProxyServer;

// GCC 12 destroys aggregates twice that are made inside a co_await expression: arguments of coroutines are
// named variables here.

/// One client's connection: requests one after the other (pipelined ones wait in the buffer).
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
public:
  ClientConnection(ProxyServer& server, tcp::socket socket) : m_server(server), m_socket(std::move(socket)) {}

  asio::awaitable<void> run();

  void close() {
    error_code ignored;
    m_socket.close(ignored);
    if (m_upstream) {
      m_upstream->socket.close(ignored);
    }
  }

private:
  enum class After { keep, close };

  asio::awaitable<After> handle(RequestParser& parser);
  asio::awaitable<After> forward(RequestParser& parser, const Route& route, RequestRecord& record);
  asio::awaitable<After>
  relay_response(const RequestHead& request, ResponseParser& response, RequestRecord& record);
  asio::awaitable<bool> send_request(RequestParser& parser, RequestHead& head);
  asio::awaitable<bool> read_response_head(std::unique_ptr<ResponseParser>& response, bool to_head_request);
  asio::awaitable<After> answer_error(const RequestHead& request, const ErrorAnswer& answer);
  asio::awaitable<void> tunnel();
  asio::awaitable<bool> connect(const Route& route);

  ProxyServer& m_server;
  tcp::socket m_socket;
  beast::flat_buffer m_buffer;
  std::shared_ptr<Upstream> m_upstream;
};

class ProxyServer final : public Proxy {
public:
  ProxyServer(EventLoop& loop, tcp::acceptor acceptor, ProxyHooks hooks)
      : m_loop(loop), m_acceptor(std::move(acceptor)), m_hooks(std::move(hooks)), m_changed(loop.context()) {
    m_changed.expires_at(asio::steady_timer::time_point::max());
    asio::co_spawn(m_loop.context(), accept(), asio::detached);
  }

  [[nodiscard]] std::uint16_t port() const override { return m_acceptor.local_endpoint().port(); }

  void hold() override { m_held = true; }

  void release() override {
    m_held = false;
    m_changed.cancel(); // wakes all that wait
  }

  void route_to(Generation generation, const Path& socket) override {
    m_idle.clear();
    m_target = Route{generation, socket};
    release();
  }

  void answer_with(ErrorAnswer answer) override {
    m_target = std::move(answer);
    release();
  }

  [[nodiscard]] std::size_t active(Generation generation) const override {
    const auto found = m_active.find(generation);
    return found == m_active.end() ? 0 : found->second.size();
  }

  void abort(Generation generation) override {
    const auto connections = m_active[generation]; // a copy: closing changes the set
    for (const auto& connection : connections) {
      connection->close();
    }
  }

  // --- For the connections ---

  asio::io_context& context() { return m_loop.context(); }

  const ProxyHooks& hooks() const { return m_hooks; }

  /// Where a request goes, once that is known.
  asio::awaitable<Target> target() {
    m_hooks.before_request();
    while (m_held || std::holds_alternative<std::monostate>(m_target)) {
      co_await m_changed.async_wait(outcome);
    }
    co_return m_target;
  }

  [[nodiscard]] bool is_current(Generation generation) const {
    const auto* route = std::get_if<Route>(&m_target);
    return route != nullptr && route->generation == generation;
  }

  std::shared_ptr<Upstream> take_idle(Generation generation) {
    if (m_idle.empty() || !is_current(generation)) {
      return nullptr;
    }
    auto upstream = std::move(m_idle.back());
    m_idle.pop_back();
    return upstream;
  }

  void give_back(Generation generation, std::shared_ptr<Upstream> upstream) {
    constexpr std::size_t most_idle = 64;
    if (is_current(generation) && m_idle.size() < most_idle) {
      upstream->used_before = true;
      m_idle.push_back(std::move(upstream));
    }
  }

  void begin(Generation generation, const std::shared_ptr<ClientConnection>& connection) {
    m_active[generation].insert(connection);
  }

  void end(Generation generation, const std::shared_ptr<ClientConnection>& connection) {
    auto& connections = m_active[generation];
    connections.erase(connection);
    if (connections.empty() && !is_current(generation)) {
      m_active.erase(generation);
      m_hooks.on_idle(generation);
    }
  }

private:
  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await m_acceptor.async_accept(outcome);
      if (error == asio::error::operation_aborted) {
        co_return;
      }
      if (error) { // too many open files: try again when some are closed
        asio::steady_timer pause(m_loop.context(), std::chrono::milliseconds(50));
        co_await pause.async_wait(outcome);
        continue;
      }
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      auto connection = std::make_shared<ClientConnection>(*this, std::move(socket));
      asio::co_spawn(m_loop.context(), [connection] { return connection->run(); }, asio::detached);
    }
  }

  EventLoop& m_loop;
  tcp::acceptor m_acceptor;
  ProxyHooks m_hooks;
  asio::steady_timer m_changed;
  bool m_held = true;
  Target m_target;
  std::vector<std::shared_ptr<Upstream>> m_idle;
  std::map<Generation, std::set<std::shared_ptr<ClientConnection>>> m_active;
};

asio::awaitable<void> ClientConnection::run() {
  const auto self = shared_from_this();
  for (;;) {
    RequestParser parser;
    parser.header_limit(header_limit);
    parser.body_limit(boost::none);
    const auto [error, size] = co_await http::async_read_header(m_socket, m_buffer, parser, outcome);
    if (error) {
      if (error != http::error::end_of_stream &&
          error.category() == http::make_error_code(http::error::bad_method).category()) {
        const ErrorAnswer answer{400, "Bad request", error.message()};
        co_await answer_error(parser.get(), answer);
      }
      break;
    }
    if (co_await handle(parser) == After::close) {
      break;
    }
  }
  error_code ignored;
  m_socket.shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<ClientConnection::After> ClientConnection::handle(RequestParser& parser) {
  const auto started = std::chrono::steady_clock::now();
  const auto& request = parser.get();
  if (request.target().starts_with("/cdn-cgi/") &&
      !is_local_caller(std::string(request[http::field::host]), std::string(request[http::field::origin]))) {
    const ErrorAnswer answer{403, "Forbidden", "/cdn-cgi/ answers only to this machine's own pages"};
    co_await answer_error(request, answer);
    co_return After::close;
  }
  const bool expects_continue = beast::iequals(request[http::field::expect], "100-continue");
  if (expects_continue) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(m_socket, asio::buffer(go_on), outcome);
  }
  RequestRecord record;
  record.method = std::string(request.method_string());
  record.target = std::string(request.target());
  const bool probe = request.find("x-pyw-probe") != request.end();
  const auto target = co_await m_server.target();
  auto after = After::close;
  if (const auto* answer = std::get_if<ErrorAnswer>(&target)) {
    record.status = answer->status;
    after = co_await answer_error(request, *answer);
  } else {
    const auto& route = std::get<Route>(target);
    const auto self = shared_from_this();
    m_server.begin(route.generation, self);
    after = co_await forward(parser, route, record);
    m_server.end(route.generation, self);
  }
  record.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
  if (!probe) {
    m_server.hooks().on_request(record);
  }
  co_return after;
}

asio::awaitable<bool> ClientConnection::connect(const Route& route) {
  m_upstream = m_server.take_idle(route.generation);
  if (m_upstream) {
    co_return true;
  }
  m_upstream = std::make_shared<Upstream>(m_server.context());
  const auto [error] =
      co_await m_upstream->socket.async_connect(UnixSocket::endpoint(route.socket.string()), outcome);
  co_return !error;
}

/// Streams a message's body from a parser's stream to a serializer's; true when all of it went over.
template <typename Input, typename Parser, typename Output, typename Serializer, typename Message>
asio::awaitable<bool> relay_body(Input& input,
                                 beast::flat_buffer& buffer,
                                 Parser& parser,
                                 Output& output,
                                 Serializer& serializer,
                                 Message& message) {
  std::vector<char> piece(copy_buffer_size);
  do {
    if (parser.is_done()) {
      message.body().data = nullptr;
      message.body().size = 0;
    } else {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      auto [error, size] = co_await http::async_read_some(input, buffer, parser, outcome);
      if (error && error != http::error::need_buffer) {
        co_return false;
      }
      message.body().size = piece.size() - parser.get().body().size;
      message.body().data = piece.data();
      if (message.body().size == 0 && !parser.is_done()) {
        continue; // a chunk header without data yet
      }
    }
    message.body().more = !parser.is_done();
    auto [error, size] = co_await http::async_write(output, serializer, outcome);
    if (error && error != http::error::need_buffer) {
      co_return false;
    }
  } while (!parser.is_done() || !serializer.is_done());
  co_return true;
}

asio::awaitable<bool> ClientConnection::send_request(RequestParser& parser, RequestHead& head) {
  const auto upstream = m_upstream;
  http::request_serializer<http::buffer_body> serializer(head);
  head.body().data = nullptr;
  head.body().more = !parser.is_done();
  const auto [error, size] = co_await http::async_write_header(upstream->socket, serializer, outcome);
  if (error) {
    co_return false;
  }
  if (parser.is_done()) {
    co_return true;
  }
  co_return co_await relay_body(m_socket, m_buffer, parser, upstream->socket, serializer, head);
}

asio::awaitable<bool> ClientConnection::read_response_head(std::unique_ptr<ResponseParser>& response,
                                                           bool to_head_request) {
  for (;;) {
    response = std::make_unique<ResponseParser>();
    response->header_limit(header_limit);
    response->body_limit(boost::none);
    response->skip(to_head_request);
    const auto [error, size] =
        co_await http::async_read_header(m_upstream->socket, m_upstream->buffer, *response, outcome);
    if (error) {
      co_return false;
    }
    const auto status = response->get().result_int();
    if (status >= 200 || status == 101) {
      co_return true;
    }
  }
}

asio::awaitable<ClientConnection::After>
ClientConnection::forward(RequestParser& parser, const Route& route, RequestRecord& record) {
  const auto self = shared_from_this();
  RequestHead head(parser.get().base());
  const bool upgrade = head.count(http::field::upgrade) > 0 &&
                       beast::http::token_list{head[http::field::connection]}.exists("upgrade");
  const std::string protocol(head[http::field::upgrade]);
  drop_hop_by_hop_fields(head);
  if (upgrade) {
    head.set(http::field::connection, "Upgrade");
    head.set(http::field::upgrade, protocol);
  }
  error_code ignored;
  head.set("CF-Connecting-IP", m_socket.remote_endpoint(ignored).address().to_string());
  head.version(11);

  std::unique_ptr<ResponseParser> response;
  const bool has_body = !parser.is_done();
  const bool to_head_request = head.method() == http::verb::head;
  bool body_sent = !has_body;
  asio::steady_timer upload_ended(m_server.context(), asio::steady_timer::time_point::max());
  for (;;) {
    if (!co_await connect(route)) {
      record.status = 502;
      const ErrorAnswer answer{502, "The Worker is not there", "workerd does not answer"};
      co_return co_await answer_error(parser.get(), answer);
    }
    bool sent = true;
    if (has_body) {
      // Beside the answer, not before it: a Worker may answer while it still reads, or without reading.
      asio::co_spawn(
          m_server.context(),
          [this, self, &parser, &head, &body_sent, &upload_ended]() -> asio::awaitable<void> {
            body_sent = co_await send_request(parser, head);
            upload_ended.expires_at(asio::steady_timer::time_point::min());
          },
          asio::detached);
    } else {
      sent = co_await send_request(parser, head);
    }
    if (sent && co_await read_response_head(response, to_head_request)) {
      break;
    }
    // A kept connection may have been closed by workerd in the meantime. Without a body nothing was lost.
    const bool retry = m_upstream->used_before && !has_body;
    m_upstream->socket.close(ignored);
    if (!retry) {
      if (has_body) {
        m_socket.cancel(ignored); // the upload may be waiting for the client
        co_await upload_ended.async_wait(outcome);
      }
      record.status = 502;
      const ErrorAnswer answer{
          502, "The Worker ended without an answer", "its log in the terminal may say why"};
      co_return co_await answer_error(parser.get(), answer);
    }
  }

  auto after = After::close;
  if (response->get().result_int() == 101) {
    record.status = 101;
    record.websocket = true;
    ResponseHead switching(response->get().base());
    http::response_serializer<http::buffer_body> serializer(switching);
    const auto [error, size] = co_await http::async_write_header(m_socket, serializer, outcome);
    if (!error) {
      co_await tunnel();
    }
  } else {
    after = co_await relay_response(parser.get(), *response, record);
  }
  if (has_body && upload_ended.expiry() == asio::steady_timer::time_point::max()) {
    // The Worker answered without reading everything: the rest of the upload has nowhere to go.
    m_socket.cancel(ignored);
    m_upstream->socket.close(ignored);
    co_await upload_ended.async_wait(outcome);
    after = After::close;
  }
  if (after == After::keep && body_sent && response->keep_alive()) {
    m_server.give_back(route.generation, m_upstream);
  }
  m_upstream.reset();
  co_return after;
}

asio::awaitable<ClientConnection::After> ClientConnection::relay_response(const RequestHead& request,
                                                                          ResponseParser& response,
                                                                          RequestRecord& record) {
  record.status = static_cast<int>(response.get().result_int());
  ResponseHead head(response.get().base());
  drop_hop_by_hop_fields(head);
  head.version(request.version());
  const bool unknown_length = !response.is_done() && !response.content_length() && !response.chunked();
  if (request.version() == 10) {
    head.chunked(false); // HTTP/1.0 knows no chunks: the end of the connection ends the body
  } else if (unknown_length) {
    head.chunked(true);
  }
  const bool keep =
      request.keep_alive() && (request.version() == 11 || response.content_length().has_value());
  head.keep_alive(keep);

  http::response_serializer<http::buffer_body> serializer(head);
  head.body().data = nullptr;
  head.body().more = !response.is_done();
  const auto [error, size] = co_await http::async_write_header(m_socket, serializer, outcome);
  if (error) {
    co_return After::close;
  }
  if (!response.is_done() &&
      !co_await relay_body(m_upstream->socket, m_upstream->buffer, response, m_socket, serializer, head)) {
    co_return After::close;
  }
  co_return keep ? After::keep : After::close;
}

template <typename From, typename To>
asio::awaitable<void> copy_stream(From& from, beast::flat_buffer& early, To& to) {
  if (early.size() > 0) { // read together with the header
    const auto [error, size] = co_await asio::async_write(to, early.data(), outcome);
    early.clear();
    if (error) {
      co_return;
    }
  }
  std::vector<char> piece(copy_buffer_size);
  for (;;) {
    const auto [read_error, size] = co_await from.async_read_some(asio::buffer(piece), outcome);
    if (read_error) {
      co_return;
    }
    const auto [write_error, written] =
        co_await asio::async_write(to, asio::buffer(piece.data(), size), outcome);
    if (write_error) {
      co_return;
    }
  }
}

asio::awaitable<void> ClientConnection::tunnel() {
  const auto self = shared_from_this();
  const auto upstream = m_upstream;
  asio::steady_timer other_ended(m_server.context(), asio::steady_timer::time_point::max());
  asio::co_spawn(
      m_server.context(),
      [this, self, upstream, &other_ended]() -> asio::awaitable<void> {
        co_await copy_stream(m_socket, m_buffer, upstream->socket);
        error_code ignored;
        upstream->socket.close(ignored);
        other_ended.expires_at(asio::steady_timer::time_point::min());
      },
      asio::detached);
  co_await copy_stream(upstream->socket, upstream->buffer, m_socket);
  error_code ignored;
  m_socket.shutdown(tcp::socket::shutdown_send, ignored);
  m_socket.close(ignored);
  upstream->socket.close(ignored);
  if (other_ended.expiry() == asio::steady_timer::time_point::max()) {
    co_await other_ended.async_wait(outcome);
  }
}

asio::awaitable<ClientConnection::After> ClientConnection::answer_error(const RequestHead& request,
                                                                        const ErrorAnswer& answer) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  const bool html = wants_html(request);
  response.set(http::field::content_type, html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  response.set(http::field::cache_control, "no-store");
  response.set("X-Pyw-Error", "1");
  if (request.method() != http::verb::head) {
    response.body() = html ? error_page(answer) : fmt::format("{}\n\n{}\n", answer.title, answer.text);
  }
  response.keep_alive(false);
  response.prepare_payload();
  co_await http::async_write(m_socket, response, outcome);
  co_return After::close;
}

} // namespace

Result<std::unique_ptr<Proxy>>
Proxy::listen(EventLoop& loop, const std::string& address, std::uint16_t port, ProxyHooks hooks) {
  error_code error;
  const auto ip = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error) {
    return failure(usage_error(fmt::format("`{}` is not an IP address", address),
                               {"use 127.0.0.1 for this machine only, or 0.0.0.0 for all networks"}));
  }
  tcp::acceptor acceptor(loop.context());
  const tcp::endpoint endpoint(ip, port);
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  if (error == asio::error::address_in_use) {
    const auto owner = platform::listener_of_port(port);
    return failure(user_error(
        fmt::format("port {} is taken{}", port, owner.empty() ? "" : " by " + owner),
        {fmt::format("choose another: `pyw dev --port {}`", port + 1), "or `--port 0` for any free one"}));
  }
  if (!error) {
    acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return failure(user_error(fmt::format("cannot listen on {}:{}: {}", address, port, error.message())));
  }
  return std::make_unique<ProxyServer>(loop, std::move(acceptor), std::move(hooks));
}

} // namespace pyw::devserver
