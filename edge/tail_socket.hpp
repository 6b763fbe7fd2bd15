// A tail's WebSocket on the API's address (subprotocol trace-v1, as the platform's). For the API server's
// files alone.
#pragma once

#include <edge/client_connection.hpp>
#include <edge/exchange.hpp>
#include <edge/tails.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace pyw::edge {

using TailRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// Where a tail is taken up: TAIL_PATH and its id.
inline constexpr std::string_view tail_path = "/tails/";

[[nodiscard]] bool is_for_tail(const TailRequest& request);

/// Why the request gets no WebSocket; nullopt when serve_tail may have it.
[[nodiscard]] std::optional<Problem> refuse_tail(const TailRequest& request, Tails& tails);

/// Sends events until either end has enough. The connection is over afterwards.
[[nodiscard]] boost::asio::awaitable<void>
serve_tail(boost::asio::io_context& context, ClientConnection& connection, TailRequest request, Tails& tails);

} // namespace pyw::edge
