// HTTP/1.1 messages as they pass through the proxy, by Beast. For client_*.cpp alone: its headers cost 26 s a
// file.
#pragma once

#include <base/http_relay.hpp>
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

  void operator()(const char* data, std::size_t count) {
    size += count;
    if (kept != nullptr && kept->size() < most_body_kept) {
      kept->append(data, std::min(count, most_body_kept - kept->size()));
    }
  }
};

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
