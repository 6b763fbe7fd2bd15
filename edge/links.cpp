#include <edge/exchange.hpp>
#include <edge/links.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>

#include <map>
#include <optional>

namespace pyw::edge {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::local::stream_protocol;

namespace {

constexpr auto outcome = asio::as_tuple(asio::use_awaitable);
constexpr auto longest_link_start = std::chrono::seconds(60);

class BeastLinks final : public Links {
public:
  BeastLinks(EventLoop& loop, Find find) : m_context(loop.context()), m_find(std::move(find)) {}

  Result<void> offer(const std::string& account, const Path& socket) override {
    if (m_acceptors.contains(account)) {
      return {};
    }
    std::error_code ignored;
    std::filesystem::create_directories(socket.parent_path(), ignored);
    std::filesystem::remove(socket, ignored); // of an earlier server
    auto acceptor = std::make_shared<stream_protocol::acceptor>(m_context);
    boost::system::error_code error;
    acceptor->open(stream_protocol(), error);
    if (!error) {
      acceptor->bind(stream_protocol::endpoint(socket.string()), error);
    }
    if (!error) {
      acceptor->listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
      return failure(
          internal_error(fmt::format("cannot listen on `{}`: {}", socket.string(), error.message())));
    }
    m_acceptors.emplace(account, acceptor);
    asio::co_spawn(m_context, accept(acceptor, account), asio::detached);
    return {};
  }

private:
  asio::awaitable<void> accept(std::shared_ptr<stream_protocol::acceptor> acceptor, std::string account) {
    for (;;) {
      auto [error, socket] = co_await acceptor->async_accept(outcome);
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) {
        co_return;
      }
      if (!error) {
        asio::co_spawn(m_context, serve(std::move(socket), account), asio::detached);
      }
    }
  }

  asio::awaitable<void> serve(stream_protocol::socket socket, std::string account) {
    boost::beast::flat_buffer buffer;
    for (bool goes_on = true; goes_on;) {
      http::request<http::string_body> request;
      const auto [error, count] = co_await http::async_read(socket, buffer, request, outcome);
      if (error) {
        co_return;
      }
      const auto target = request.target();
      const auto parsed = parse_target(std::string_view(target.data(), target.size()));
      WantedWorker wanted{account, parsed ? parsed->path.substr(1) : ""};
      wanted.objects = request["x-pyw-for"] == "objects";
      const auto found = co_await find(std::move(wanted));
      http::response<http::string_body> answer(found ? http::status::ok : http::status::not_found, 11);
      answer.keep_alive(request.keep_alive());
      if (found) {
        answer.set(http::field::content_type, "application/json");
        answer.body() = *found;
      } else {
        answer.set("x-pyw-why", std::string(found.error().message()));
      }
      answer.prepare_payload();
      const auto [write_error, written] = co_await http::async_write(socket, answer, outcome);
      goes_on = !write_error && answer.keep_alive();
    }
  }

  asio::awaitable<Result<std::string>> find(WantedWorker wanted) {
    struct Waiting {
      explicit Waiting(asio::io_context& context) : timer(context, longest_link_start) {}

      asio::steady_timer timer;
      std::optional<Result<std::string>> answer;
    };

    const auto waiting = std::make_shared<Waiting>(m_context);
    m_find(wanted, [waiting](Result<std::string> answer) {
      waiting->answer = std::move(answer);
      waiting->timer.cancel();
    });
    if (!waiting->answer) {
      co_await waiting->timer.async_wait(outcome);
    }
    co_return waiting->answer ? *waiting->answer
                              : Result<std::string>(failure(user_error("did not start in time")));
  }

  asio::io_context& m_context;
  Find m_find;
  std::map<std::string, std::shared_ptr<stream_protocol::acceptor>> m_acceptors;
};

} // namespace

std::unique_ptr<Links> Links::make(EventLoop& loop, Find find) {
  return std::make_unique<BeastLinks>(loop, std::move(find));
}

} // namespace pyw::edge
