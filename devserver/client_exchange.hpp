// A client's connection at work; for client_*.cpp alone (devserver/client_connection.hpp is what others see).
#pragma once

#include <devserver/client_connection.hpp>
#include <devserver/message_relay.hpp>
#include <devserver/tunnel.hpp>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>

namespace pyw::devserver {

using AnySocket = asio::generic::stream_protocol::socket;
using UnixSocket = asio::local::stream_protocol;

/// What servers commonly note for a client that left before its answer came.
inline constexpr int client_closed_request = 499;

/// A connection to workerd; kept for the next request when the last one ended cleanly.
struct Upstream {
  explicit Upstream(asio::io_context& context) : socket(context) {}

  UnixSocket::socket socket;
  beast::flat_buffer buffer;
  bool used_before = false;
};

class ClientConnection final : public Exchange, public std::enable_shared_from_this<ClientConnection> {
public:
  ClientConnection(ProxyShared& shared, AcceptedConnection accepted);

  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  asio::awaitable<void> run();

  void cut() override;

  /// The client wants nothing more: what is under way for it ends, at the Worker as well.
  void client_left();

private:
  /// again: nobody listens there any more and nothing was lost, so the next Worker may have the request.
  enum class After { keep, close, again };

  asio::awaitable<After> handle(RequestParser& parser);
  asio::awaitable<After> forward(RequestParser& parser, const Route& route, RequestRecord& record);
  asio::awaitable<After>
  relay_response(const RequestHead& request, ResponseParser& response, RequestRecord& record);
  asio::awaitable<bool> send_request(RequestParser& parser, RequestHead& head, RequestRecord& record);
  asio::awaitable<bool> read_response_head(std::unique_ptr<ResponseParser>& response, bool to_head_request);
  asio::awaitable<After> answer_error(const RequestHead& request, const ErrorAnswer& answer);
  asio::awaitable<After> answer_exception(const RequestHead& request, ResponseParser& response);
  asio::awaitable<void> switch_protocols(ResponseParser& response, const std::string& protocol);
  asio::awaitable<std::optional<After>> answer_own(RequestParser& parser);
  asio::awaitable<void> send_events(const RequestHead& request, EventFeed& feed);
  asio::awaitable<bool> connect(const Route& route);
  asio::awaitable<void> target_known();
  asio::awaitable<bool> is_replaced(Generation generation);
  void watch_client();
  [[nodiscard]] RequestHead head_for_worker(const RequestHead& request, const RequestRecord& record) const;

  [[nodiscard]] std::chrono::microseconds since_received() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 m_received);
  }

  ProxyShared& m_shared;
  AnySocket m_socket;
  asio::steady_timer m_changed; ///< cancelled when what is waited for may have come
  std::string m_address;
  std::chrono::steady_clock::time_point m_received;
  beast::flat_buffer m_buffer;
  std::shared_ptr<Upstream> m_upstream;
  std::unique_ptr<Tunnel> m_tunnel;
  bool m_left = false; ///< the client, in the middle of a request
  bool m_speaks_tcp = false;
  bool m_watched = false;    ///< see watch_client
  bool m_forwarding = false; ///< the Worker has a request, or its answer is on its way
};

} // namespace pyw::devserver
