#include <edge/tail_socket.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <deque>
#include <memory>
#include <utility>

namespace pyw::edge {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::string_view protocol = "trace-v1";
/// What may wait in this process for a client that reads slowly, and in the system besides.
constexpr std::size_t most_queued = std::size_t{4} << 20U;
constexpr int send_buffer = 256 * 1024;
/// The clients say {"debug": true} and no more.
constexpr std::size_t most_said = 4096;
/// For a Worker's processes to know that somebody listens: one that is busy with a loop answers nobody.
constexpr auto longest_preparation = std::chrono::seconds(1);
/// For a close frame and its answer.
constexpr auto longest_close = std::chrono::seconds(3);

using Steady = std::chrono::steady_clock;

class TailSocket final : public TailListener, public std::enable_shared_from_this<TailSocket> {
public:
  TailSocket(asio::io_context& context, ClientConnection& connection, Tails& tails)
      : m_connection(connection), m_tails(tails), m_stream(connection.socket),
        m_wake(context, Steady::time_point::max()), m_give_up(context) {}

  void send(TailEvent event) override {
    if (m_gone || m_end) {
      return;
    }
    if (!m_queue.empty() && m_queued + event->size() > most_queued) {
      ++m_lost;
      return;
    }
    m_queued += event->size();
    m_queue.push_back(std::move(event));
    wake();
  }

  [[nodiscard]] bool wants_all() const override { return m_wants_all; }

  void end(TailEnd why) override {
    if (m_gone || m_end) {
      return;
    }
    m_end = std::move(why);
    m_give_up.expires_after(longest_close); // a client that does not read would keep the close frame waiting
    m_give_up.async_wait([self = shared_from_this()](error_code error) {
      if (!error && !self->m_is_over) {
        self->m_connection.close();
      }
    });
    wake();
  }

  asio::awaitable<void> run(TailRequest request, std::string id) {
    const auto expires = m_tails.attach(id, shared_from_this(), [self = shared_from_this()] {
      self->m_is_heard = true;
      self->wake();
    });
    const auto now = m_tails.now();
    const auto until = Steady::now() + (expires - now);
    // Whoever has the handshake's answer is told of the next run.
    const auto prepared = Steady::now() + longest_preparation;
    while (!m_is_heard && Steady::now() < prepared) {
      co_await wait(prepared);
    }
    co_await talk(request, until);
    m_give_up.cancel();
    m_is_over = true; // the connection may be gone before the timer's function is called
    m_tails.detach(id, *this);
  }

private:
  asio::awaitable<void> talk(const TailRequest& request, Steady::time_point until) {
    error_code ignored;
    m_connection.socket.set_option(asio::socket_base::send_buffer_size(send_buffer), ignored);
    m_stream.set_option(websocket::stream_base::timeout{longest_close, longest_silence, true});
    m_stream.set_option(websocket::stream_base::decorator([](websocket::response_type& answer) {
      answer.set(http::field::sec_websocket_protocol, beast::string_view(protocol.data(), protocol.size()));
    }));
    m_stream.read_message_max(most_said);
    m_stream.binary(true);
    m_stream.auto_fragment(false); // one frame an event: a listener needs to put nothing together
    const auto [error] = co_await m_stream.async_accept(request, outcome);
    if (error) {
      co_return;
    }
    m_reads = true;
    asio::co_spawn(m_wake.get_executor(), read_all(shared_from_this()), asio::detached);
    co_await write_all(until);
    m_gone = true;
    m_connection.close();
    while (m_reads) {
      co_await wait(Steady::time_point::max());
    }
  }

  asio::awaitable<void> write_all(Steady::time_point until) {
    while (!m_gone) {
      if (m_end) {
        const websocket::close_reason reason(static_cast<websocket::close_code>(m_end->code), m_end->reason);
        co_await m_stream.async_close(reason, outcome);
        co_return;
      }
      if (Steady::now() >= until) {
        const TailEnd why{1000, "the tail has expired"};
        end(why);
        continue;
      }
      const auto event = next();
      if (event == nullptr) {
        co_await wait(until);
        continue;
      }
      const auto [error, count] = co_await m_stream.async_write(asio::buffer(*event), outcome);
      m_gone = m_gone || error;
    }
  }

  /// What is lost is told once there is nothing left that came before it.
  TailEvent next() {
    if (m_queue.empty()) {
      return m_lost == 0
                 ? nullptr
                 : std::make_shared<const std::string>(lost_notice(std::exchange(m_lost, 0), m_tails.now()));
    }
    auto event = std::move(m_queue.front());
    m_queue.pop_front();
    m_queued -= event->size();
    return event;
  }

  asio::awaitable<void> read_all(std::shared_ptr<TailSocket>) { // which keeps this alive
    beast::flat_buffer buffer;
    bool goes_on = co_await read_first();
    while (goes_on) {
      const auto [error, count] = co_await m_stream.async_read(buffer, outcome);
      if (error) {
        break;
      }
      hear({static_cast<const char*>(buffer.data().data()), buffer.size()});
      buffer.clear();
    }
    m_reads = false;
    m_gone = true;
    wake();
  }

  /// wrangler sends its first message without a mask, against RFC 6455, 5.1, and Beast would refuse that.
  asio::awaitable<bool> read_first() {
    constexpr unsigned text_frame = 1;
    constexpr unsigned close_frame = 8;
    for (;;) {
      std::array<unsigned char, 2> head{};
      const auto [error, count] = co_await asio::async_read(m_connection.socket, asio::buffer(head), outcome);
      const auto kind = head[0] & 0x0fU;
      const std::size_t length = head[1] & 0x7fU;
      if (error || kind == close_frame || length > 125) { // more than the clients say
        co_return false;
      }
      const std::size_t mask_length = (head[1] & 0x80U) != 0 ? 4 : 0;
      std::string rest(mask_length + length, '\0');
      const auto [rest_error, rest_count] =
          co_await asio::async_read(m_connection.socket, asio::buffer(rest), outcome);
      if (rest_error) {
        co_return false;
      }
      for (std::size_t i = 0; mask_length != 0 && i < length; ++i) {
        rest[mask_length + i] = static_cast<char>(rest[mask_length + i] ^ rest[i % mask_length]);
      }
      if (kind == text_frame) {
        hear(std::string_view(rest).substr(mask_length));
        co_return true;
      }
    }
  }

  void hear(std::string_view text) {
    const auto said = Json::parse(text, nullptr, false);
    m_wants_all = said.is_object() && said.value("debug", Json()) == true;
  }

  void wake() {
    m_woken = true;
    m_wake.cancel();
  }

  asio::awaitable<void> wait(Steady::time_point until) {
    if (!m_woken) {
      m_wake.expires_at(until);
      co_await m_wake.async_wait(outcome);
    }
    m_woken = false;
  }

  ClientConnection& m_connection;
  Tails& m_tails;
  websocket::stream<asio::generic::stream_protocol::socket&> m_stream;
  asio::steady_timer m_wake;
  asio::steady_timer m_give_up;
  bool m_woken = false;
  bool m_is_heard = false;
  bool m_wants_all = false;
  bool m_reads = false;
  bool m_gone = false;
  bool m_is_over = false;
  std::optional<TailEnd> m_end;
  std::deque<TailEvent> m_queue;
  std::size_t m_queued = 0; ///< bytes
  std::uint64_t m_lost = 0;
};

std::string path_of(const TailRequest& request) {
  const auto target = text(request.target());
  return target.substr(0, target.find_first_of("?#"));
}

std::string id_of(const TailRequest& request) {
  return path_of(request).substr(tail_path.size());
}

asio::awaitable<void>
serve(asio::io_context& context, ClientConnection& connection, TailRequest request, Tails& tails) {
  auto id = id_of(request);
  const auto socket = std::make_shared<TailSocket>(context, connection, tails);
  co_await socket->run(std::move(request), std::move(id));
}

} // namespace

bool is_for_tail(const TailRequest& request) {
  return path_of(request).starts_with(tail_path);
}

std::optional<Problem> refuse_tail(const TailRequest& request, Tails& tails) {
  if (!websocket::is_upgrade(request)) {
    return Problem{426, 10400, "a tail is taken up by a WebSocket"};
  }
  if (!http::token_list(request[http::field::sec_websocket_protocol]).exists(protocol)) {
    return Problem{400, 10400, "a tail speaks the subprotocol trace-v1"};
  }
  switch (tails.find(id_of(request))) {
  case Tails::Found::here:
    return std::nullopt;
  case Tails::Found::over:
    return Problem{410, 10410, "this tail is over"};
  case Tails::Found::unknown:
    break;
  }
  return Problem{404, 10404, "there is no such tail"};
}

asio::awaitable<void>
serve_tail(asio::io_context& context, ClientConnection& connection, TailRequest request, Tails& tails) {
  return serve(context, connection, std::move(request), tails);
}

} // namespace pyw::edge
