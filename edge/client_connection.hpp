// A client's connection to the gateway or to the API. For their files alone: Beast's headers cost seconds a
// file.
#pragma once

#include <base/listener.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string_type.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace pyw::edge {

/// co_await gives the error as a value, the first of a tuple.
inline constexpr auto outcome = boost::asio::as_tuple(boost::asio::use_awaitable);

/// A connection that says nothing for so long is closed.
inline constexpr auto longest_silence = std::chrono::seconds(75);

[[nodiscard]] inline std::string text(boost::beast::string_view view) {
  return {view.data(), view.size()};
}

struct ClientConnection {
  ClientConnection(boost::asio::io_context& context, AcceptedConnection accepted)
      : address(std::move(accepted.address)),
        socket(context,
               boost::asio::generic::stream_protocol(
                   address.find(':') == std::string::npos ? AF_INET : AF_INET6, SOCK_STREAM),
               accepted.socket.release()) {}

  void close() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  std::string address; ///< the client's, without the port
  boost::asio::generic::stream_protocol::socket socket;
  boost::beast::flat_buffer buffer;
  bool waits = true; ///< for a request
};

} // namespace pyw::edge
