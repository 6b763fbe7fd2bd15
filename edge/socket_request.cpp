#include <edge/socket_request.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

namespace pyw::edge {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr timeval longest_answer_gap{90, 0};
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 30U;
/// What is passed on of an answer.
constexpr std::array<std::string_view, 8> kept_fields{"etag",
                                                      "last-modified",
                                                      "cache-control",
                                                      "content-encoding",
                                                      "content-disposition",
                                                      "content-language",
                                                      "expires",
                                                      "cf-kv-metadata"};

} // namespace

Result<ApiAnswer> ask_socket(const Path& socket, const SocketRequest& request) {
  const auto fault = [](const boost::system::error_code& error) {
    return failure(internal_error(fmt::format("the account's data does not answer: {}", error.message())));
  };
  asio::io_context context;
  asio::local::stream_protocol::socket connection(context);
  boost::system::error_code error;
  connection.connect(asio::local::stream_protocol::endpoint(socket.string()), error);
  if (error) {
    return fault(error);
  }
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    ::setsockopt(
        connection.native_handle(), SOL_SOCKET, option, &longest_answer_gap, sizeof longest_answer_gap);
  }
  http::request<http::string_body> message(http::string_to_verb(request.method), request.target, 11);
  message.set(http::field::host, "localhost");
  message.set(http::field::connection, "close");
  for (const auto& [name, value] : request.headers) {
    message.set(name, value);
  }
  message.body() = request.body;
  message.prepare_payload();
  http::write(connection, message, error);
  if (error) {
    return fault(error);
  }
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(most_bytes);
  http::read(connection, buffer, parser, error);
  if (error) {
    return fault(error);
  }
  ApiAnswer out;
  auto& answer = parser.get();
  out.status = static_cast<int>(answer.result_int());
  const auto type = answer[http::field::content_type];
  out.content_type = std::string(type.data(), type.size());
  for (const auto name : kept_fields) {
    const auto value = answer[boost::beast::string_view(name.data(), name.size())];
    if (!value.empty()) {
      out.headers.emplace_back(std::string(name), std::string(value.data(), value.size()));
    }
  }
  out.body = std::move(answer.body());
  return out;
}

} // namespace pyw::edge
