// HTTP/1.1 messages on their way through a server of ours, by Beast: what the dev server's proxy and the
// edge's gateway have in common. For their files alone: Beast's headers cost 26 s a file.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>

namespace pyw {

/// Fields that speak of one connection only (RFC 9110, 7.6.1). Transfer-Encoding stays: Beast writes the body
/// by it.
template <typename Fields>
void drop_hop_by_hop_fields(Fields& fields) {
  using boost::beast::http::field;
  for (const auto each : {field::connection,
                          field::keep_alive,
                          field::proxy_connection,
                          field::te,
                          field::trailer,
                          field::upgrade,
                          field::expect}) {
    fields.erase(each);
  }
}

/// Whether the other end of a kept connection has neither closed it nor said something that nobody asked for.
template <typename Socket>
bool is_quiet(Socket& socket) {
  char next = 0;
  return ::recv(socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

/// Whether the other end has closed the connection, or its half of it, and all it said before is read.
template <typename Socket>
bool has_ended(Socket& socket) {
  char next = 0;
  const auto count = ::recv(socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

/// How far a body went.
enum class Relayed {
  all,
  not_read,    ///< its sender ended, or sent what is none
  not_written, ///< its receiver takes no more
};

/// Streams a message's body, of `buffer_body` on both sides, from a parser's stream to a serializer's, then
/// `suffix`; its head too, if that is not written yet. `pass` sees each piece as (const char*, std::size_t).
/// GCC 12 destroys aggregates twice that are made inside a co_await expression: name the arguments.
template <typename Input,
          typename Parser,
          typename Output,
          typename Serializer,
          typename Message,
          typename Pass>
boost::asio::awaitable<Relayed> relay_body(Input& input,
                                           boost::beast::flat_buffer& buffer,
                                           Parser& parser,
                                           Output& output,
                                           Serializer& serializer,
                                           Message& message,
                                           Pass& pass,
                                           std::string_view suffix = {}) {
  namespace http = boost::beast::http;
  constexpr auto outcome = boost::asio::as_tuple(boost::asio::use_awaitable);
  constexpr std::uint64_t most_of_a_piece = 64 * 1024;
  const auto length = parser.content_length_remaining();
  const auto piece_size = length ? std::clamp<std::uint64_t>(*length, 1, most_of_a_piece) : most_of_a_piece;
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  buffer.reserve(piece_size); // Beast reads as much as there is room for, 512 bytes at first
  do {
    message.body().data = nullptr;
    message.body().size = 0;
    if (!parser.is_done()) {
      parser.get().body().data = piece.get();
      parser.get().body().size = piece_size;
      const auto [error, size] = co_await http::async_read_some(input, buffer, parser, outcome);
      if (error && error != http::error::need_buffer) {
        co_return Relayed::not_read;
      }
      message.body().size = piece_size - parser.get().body().size;
      message.body().data = piece.get();
      pass(piece.get(), message.body().size);
      if (message.body().size == 0 && !parser.is_done()) {
        continue; // a chunk header without data yet
      }
    }
    if (message.body().size == 0) {
      // Not an empty piece: it would be the chunk that ends the body.
      message.body().data = suffix.empty() ? nullptr : const_cast<char*>(suffix.data()); // only read
      message.body().size = suffix.size();
      suffix = {};
    }
    message.body().more = !parser.is_done() || !suffix.empty();
    const auto [error, size] = co_await http::async_write(output, serializer, outcome);
    if (error && error != http::error::need_buffer) {
      co_return Relayed::not_written;
    }
  } while (!parser.is_done() || !serializer.is_done());
  co_return Relayed::all;
}

} // namespace pyw
