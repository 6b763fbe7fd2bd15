#include <base/local_host.hpp>
#include <base/text.hpp>
#include <edge/api_server.hpp>
#include <edge/client_connection.hpp>
#include <edge/open_connections.hpp>
#include <edge/tail_socket.hpp>

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

/// Production takes 64 MiB of modules; with the form around them and base64 this holds it.
constexpr std::uint64_t most_body_bytes = std::uint64_t{128} << 20U;
constexpr std::uint32_t most_api_head_bytes = 64 * 1024;
/// A whole upload over a slow line.
constexpr auto longest_request = std::chrono::minutes(10);

using Parser = http::request_parser<http::string_body>;

class BeastApiServer final : public ApiServer {
public:
  BeastApiServer(EventLoop& loop, ApiServerOptions options)
      : m_loop(loop), m_context(loop.context()), m_options(std::move(options)) {}

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

  asio::awaitable<bool> serve_one(ClientConnection& connection) {
    Parser parser;
    parser.header_limit(most_api_head_bytes);
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
    if (m_options.tails != nullptr && is_for_tail(head)) {
      deadline.cancel();
      if (auto problem = refuse_tail(head, *m_options.tails)) {
        co_return co_await refuse(connection, problem->status, problem->code, std::move(problem->message));
      }
      co_await serve_tail(m_context, connection, parser.release(), *m_options.tails);
      co_return false;
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
    auto answer = co_await ask(parser.get(), connection.address);
    co_return co_await write(connection, parser.get().keep_alive(), parser.get().method(), std::move(answer));
  }

  [[nodiscard]] bool is_meant(const std::string& host, const std::string& origin) const {
    const auto name = to_lower(host.substr(0, host.rfind(':')));
    return is_local_caller(host, origin) ||
           (origin.empty() &&
            std::find(m_options.hosts.begin(), m_options.hosts.end(), name) != m_options.hosts.end());
  }

  asio::awaitable<ApiAnswer> ask(http::request<http::string_body>& message, const std::string& address) {
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
    request.scheme = m_options.entrance.tls ? "https" : "http";
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    request.content_type = text(message[http::field::content_type]);
    request.content_range = text(message[http::field::content_range]);
    request.authorization = text(message[http::field::authorization]);
    request.user_agent = text(message[http::field::user_agent]);
    request.body = std::move(message.body());
    request.target = text(message.target());
    request.host = text(message[http::field::host]);
    request.address = address;
    for (const auto field : {http::field::cache_control,
                             http::field::content_disposition,
                             http::field::content_encoding,
                             http::field::content_language,
                             http::field::expires}) {
      if (const auto value = text(message[field]); !value.empty()) {
        request.headers.emplace_back(text(http::to_string(field)), value);
      }
    }
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

  asio::awaitable<bool> refuse_unreadable(ClientConnection& connection, error_code error) {
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

  asio::awaitable<bool> refuse(ClientConnection& connection, int status, int code, std::string message) {
    const Outcome refused(Problem{status, code, std::move(message)});
    auto answer = refused.answer();
    co_await write(connection, false, http::verb::get, std::move(answer));
    co_return false;
  }

  asio::awaitable<bool>
  write(ClientConnection& connection, bool keep_alive, http::verb method, ApiAnswer answer) {
    http::response<http::string_body> message(http::int_to_status(static_cast<unsigned>(answer.status)), 11);
    message.set(http::field::content_type, answer.content_type);
    message.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) {
      message.set(name, value);
    }
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
  std::unique_ptr<Entrance> m_entrance;
  std::uint16_t m_port = 0;
  OpenConnections<ClientConnection> m_connections;
};

} // namespace

Result<std::unique_ptr<ApiServer>> ApiServer::listen(EventLoop& loop, ApiServerOptions options) {
  auto server = std::make_unique<BeastApiServer>(loop, std::move(options));
  PYW_TRY(server->open());
  return std::unique_ptr<ApiServer>(std::move(server));
}

} // namespace pyw::edge
