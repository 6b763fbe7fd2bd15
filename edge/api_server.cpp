#include <base/listener.hpp>
#include <base/local_host.hpp>
#include <base/text.hpp>
#include <edge/api_server.hpp>
#include <edge/open_connections.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

namespace pyw::edge {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

constexpr auto outcome = asio::as_tuple(asio::use_awaitable);
/// Production takes 64 MiB of modules; with the form around them and base64 this holds it.
constexpr std::uint64_t most_body_bytes = std::uint64_t{128} << 20U;
constexpr std::uint32_t most_head_bytes = 64 * 1024;
constexpr auto longest_silence = std::chrono::seconds(75);
/// A whole upload over a slow line.
constexpr auto longest_request = std::chrono::minutes(10);

using Parser = http::request_parser<http::string_body>;

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

struct Connection {
  Connection(asio::io_context& context, AcceptedConnection accepted)
      : socket(context,
               asio::generic::stream_protocol(
                   accepted.address.find(':') == std::string::npos ? AF_INET : AF_INET6, SOCK_STREAM),
               accepted.socket.release()) {}

  void close() {
    error_code ignored;
    socket.close(ignored);
  }

  asio::generic::stream_protocol::socket socket;
  beast::flat_buffer buffer;
  bool waits = true;
};

class BeastApiServer final : public ApiServer {
public:
  BeastApiServer(EventLoop& loop, ApiServerOptions options)
      : m_loop(loop), m_context(loop.context()), m_options(std::move(options)) {}

  Result<void> open() {
    PYW_TRY_ASSIGN(
        m_listener,
        Listener::open(m_loop, m_options.address, m_options.port, [this](AcceptedConnection accepted) {
          auto connection = std::make_shared<Connection>(m_context, std::move(accepted));
          m_connections.add(connection);
          asio::co_spawn(m_context, serve(connection), asio::detached);
        }));
    m_port = m_listener->port();
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return m_port; }

  void finish(std::function<void()> done) override {
    m_listener.reset();
    m_connections.finish(std::move(done));
  }

private:
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection) {
    while (co_await serve_one(*connection)) {
    }
    error_code ignored;
    connection->socket.shutdown(asio::socket_base::shutdown_both, ignored);
    connection->socket.close(ignored);
    m_connections.remove(connection);
  }

  asio::awaitable<bool> serve_one(Connection& connection) {
    Parser parser;
    parser.header_limit(most_head_bytes);
    parser.body_limit(most_body_bytes);
    asio::steady_timer deadline(m_context, longest_silence);
    const auto give_up = [&connection](error_code error) {
      if (!error) {
        error_code ignored;
        connection.socket.cancel(ignored);
      }
    };
    deadline.async_wait(give_up);
    connection.waits = true;
    const auto [head_error, head_count] =
        co_await http::async_read_header(connection.socket, connection.buffer, parser, outcome);
    if (head_error) {
      co_return co_await refuse_unreadable(connection, head_error);
    }
    connection.waits = false;
    deadline.expires_after(longest_request);
    deadline.async_wait(give_up);
    const auto& head = parser.get();
    if (!is_meant(text(head[http::field::host]), text(head[http::field::origin]))) {
      co_return co_await refuse(connection, 403, 10000, "this host is not the server's name");
    }
    if (beast::iequals(head[http::field::expect], "100-continue")) {
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(connection.socket, asio::buffer(go_on), outcome);
    }
    const auto [error, count] =
        co_await http::async_read(connection.socket, connection.buffer, parser, outcome);
    if (error) {
      co_return co_await refuse_unreadable(connection, error);
    }
    deadline.cancel();
    auto answer = co_await ask(parser.get());
    co_return co_await write(connection, parser.get().keep_alive(), parser.get().method(), std::move(answer));
  }

  [[nodiscard]] bool is_meant(const std::string& host, const std::string& origin) const {
    const auto name = to_lower(host.substr(0, host.rfind(':')));
    return is_local_caller(host, origin) ||
           (origin.empty() &&
            std::find(m_options.hosts.begin(), m_options.hosts.end(), name) != m_options.hosts.end());
  }

  asio::awaitable<ApiAnswer> ask(http::request<http::string_body>& message) {
    struct Waiting {
      explicit Waiting(asio::io_context& context)
          : timer(context, std::chrono::steady_clock::time_point::max()) {}

      asio::steady_timer timer;
      std::optional<ApiAnswer> answer;
    };

    auto target = parse_target(text(message.target()));
    if (!target || !target->path.starts_with('/')) {
      const Outcome refused(Problem{400, 7003, "the address is malformed"});
      co_return refused.answer();
    }
    ApiRequest request;
    request.method = text(message.method_string());
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    request.content_type = text(message[http::field::content_type]);
    request.content_range = text(message[http::field::content_range]);
    request.authorization = text(message[http::field::authorization]);
    request.user_agent = text(message[http::field::user_agent]);
    request.body = std::move(message.body());
    const auto waiting = std::make_shared<Waiting>(m_context);
    m_options.handle(std::move(request), [waiting](ApiAnswer answer) {
      waiting->answer = std::move(answer);
      waiting->timer.cancel();
    });
    if (!waiting->answer) {
      co_await waiting->timer.async_wait(outcome);
    }
    co_return waiting->answer ? std::move(*waiting->answer) : ApiAnswer{500, "text/plain", ""};
  }

  asio::awaitable<bool> refuse_unreadable(Connection& connection, error_code error) {
    if (error == http::error::end_of_stream ||
        error.category() != http::make_error_code(http::error::bad_method).category()) {
      co_return false; // it has gone
    }
    const bool too_large = error == http::error::body_limit;
    co_return co_await refuse(connection,
                              too_large ? 413 : 400,
                              too_large ? 10027 : 10001,
                              too_large ? "the request is larger than 128 MiB" : "the request is malformed");
  }

  asio::awaitable<bool> refuse(Connection& connection, int status, int code, std::string message) {
    const Outcome refused(Problem{status, code, std::move(message)});
    auto answer = refused.answer();
    co_await write(connection, false, http::verb::get, std::move(answer));
    co_return false;
  }

  asio::awaitable<bool> write(Connection& connection, bool keep_alive, http::verb method, ApiAnswer answer) {
    http::response<http::string_body> message(http::int_to_status(static_cast<unsigned>(answer.status)), 11);
    message.set(http::field::content_type, answer.content_type);
    message.set(http::field::cache_control, "no-store");
    message.keep_alive(keep_alive && !m_connections.finishing());
    message.body() = std::move(answer.body);
    message.prepare_payload();
    if (method == http::verb::head) {
      message.body().clear();
    }
    const auto [error, count] = co_await http::async_write(connection.socket, message, outcome);
    co_return !error && message.keep_alive();
  }

  EventLoop& m_loop;
  asio::io_context& m_context;
  ApiServerOptions m_options;
  std::unique_ptr<Listener> m_listener;
  std::uint16_t m_port = 0;
  OpenConnections<Connection> m_connections;
};

} // namespace

Result<std::unique_ptr<ApiServer>> ApiServer::listen(EventLoop& loop, ApiServerOptions options) {
  auto server = std::make_unique<BeastApiServer>(loop, std::move(options));
  PYW_TRY(server->open());
  return std::unique_ptr<ApiServer>(std::move(server));
}

} // namespace pyw::edge
