// One exchange set up on a curl handle. Private to net/.
#pragma once

#include <base/http.hpp>
#include <net/curl_error.hpp>
#include <net/curl_library.hpp>
#include <net/surroundings.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::net {

/// Whether the answer's body is asked for compressed: not for files, whose bytes are counted and resumed.
enum class Compression { none, accepted };

class Transfer {
public:
  /// Called with the pieces of the final answer's body (not of redirects). An error ends the transfer.
  using BodySink = std::function<Result<void>(std::string_view bytes)>;

  /// `handle` must be fresh or reset, and `request` and `surroundings` must live as long as the transfer.
  Transfer(CurlHandle& handle,
           const HttpRequest& request,
           const Surroundings& surroundings,
           Compression compression,
           BodySink sink,
           TransferProgress progress);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// The headers that are sent beside those of the request.
  void add_header(std::string_view name, std::string_view value);

  /// Puts everything onto the handle. Fails on a header that would break the protocol.
  [[nodiscard]] Result<void> prepare();

  /// The answer, or why there is none, once curl has ended with `code`. The body is where the sink put it.
  [[nodiscard]] Result<HttpResponse> conclude(int code);

  /// Status and headers as received so far; status 0 before the first header.
  [[nodiscard]] const HttpResponse& response() const { return m_response; }

private:
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_upload(char* buffer, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, std::int64_t offset, int origin);
  static int
  on_progress(void* self, std::int64_t total_down, std::int64_t down, std::int64_t total_up, std::int64_t up);

  void set_method();
  void set_stream(const HttpBodyStream& stream);
  void set_trust();
  void take_header_line(std::string_view line);

  CurlHandle& m_handle;
  const HttpRequest& m_request;
  const Surroundings& m_surroundings;
  Compression m_compression;
  BodySink m_sink;
  TransferProgress m_progress;
  HttpResponse m_response;
  std::optional<Error> m_own_error; ///< of the sink or of the body stream
  CurlHeaders m_headers;
  std::string m_proxy;
  std::vector<char> m_detail; ///< where curl writes what went wrong
  HttpHeaders m_extra_headers;
};

} // namespace pyw::net
