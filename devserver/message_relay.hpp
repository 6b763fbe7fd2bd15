// HTTP/1.1 messages as they pass through the proxy, by Beast. For client_*.cpp alone: its headers cost 26 s a
// file.
#pragma once

#include <devserver/request_record.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace pyw::devserver {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

inline constexpr auto outcome = asio::as_tuple(asio::use_awaitable);

/// Larger than any header field a browser sends (cookies: 4 KiB each, 50 a domain are allowed).
inline constexpr std::uint32_t header_limit = 256 * 1024;
inline constexpr std::size_t copy_buffer_size = 64 * 1024;
/// Of a request to pyw itself, and of a traceback on its way to the error page.
inline constexpr std::size_t own_body_limit = 1024 * 1024;

using RequestParser = http::request_parser<http::buffer_body>;
using ResponseParser = http::response_parser<http::buffer_body>;
using RequestHead = http::request<http::buffer_body>;
using ResponseHead = http::response<http::buffer_body>;

inline std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

template <typename Fields>
HeaderFields copy_fields(const Fields& fields) {
  HeaderFields copy;
  for (const auto& field : fields) {
    copy.emplace_back(field.name_string(), field.value());
  }
  return copy;
}

inline bool wants_html(const RequestHead& request) {
  return request[http::field::accept].find("text/html") != beast::string_view::npos;
}

/// Where the pieces of a body that streams through are kept or counted.
struct BodyTap {
  std::uint64_t size = 0;
  std::string* kept = nullptr;

  void pass(const char* data, std::size_t count) {
    size += count;
    if (kept != nullptr && kept->size() < most_body_kept) {
      kept->append(data, std::min(count, most_body_kept - kept->size()));
    }
  }
};

// GCC 12 destroys aggregates twice that are made inside a co_await expression: arguments of coroutines are
// named variables here.

/// Streams a message's body from a parser's stream to a serializer's, then `suffix`; true when all went over.
template <typename Input, typename Parser, typename Output, typename Serializer, typename Message>
asio::awaitable<bool> relay_body(Input& input,
                                 beast::flat_buffer& buffer,
                                 Parser& parser,
                                 Output& output,
                                 Serializer& serializer,
                                 Message& message,
                                 BodyTap& tap,
                                 std::string_view suffix = {}) {
  const auto length = parser.content_length_remaining();
  const auto piece_size =
      length ? std::clamp<std::uint64_t>(*length, 1, copy_buffer_size) : std::uint64_t{copy_buffer_size};
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  buffer.reserve(piece_size); // Beast reads as much as there is room for, 512 bytes at first
  do {
    message.body().data = nullptr;
    message.body().size = 0;
    if (!parser.is_done()) {
      parser.get().body().data = piece.get();
      parser.get().body().size = piece_size;
      auto [error, size] = co_await http::async_read_some(input, buffer, parser, outcome);
      if (error && error != http::error::need_buffer) {
        co_return false;
      }
      message.body().size = piece_size - parser.get().body().size;
      message.body().data = piece.get();
      tap.pass(piece.get(), message.body().size);
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
    auto [error, size] = co_await http::async_write(output, serializer, outcome);
    if (error && error != http::error::need_buffer) {
      co_return false;
    }
  } while (!parser.is_done() || !serializer.is_done());
  co_return true;
}

/// The whole of a small body; false when it is longer than `own_body_limit` or the stream ends before it
/// does.
template <typename Input, typename Parser>
asio::awaitable<bool> read_body(Input& input, beast::flat_buffer& buffer, Parser& parser, std::string& body) {
  std::array<char, 4096> piece{};
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    const auto [error, size] = co_await http::async_read_some(input, buffer, parser, outcome);
    body.append(piece.data(), piece.size() - parser.get().body().size);
    if ((error && error != http::error::need_buffer) || body.size() > own_body_limit) {
      co_return false;
    }
  }
  co_return true;
}

} // namespace pyw::devserver
