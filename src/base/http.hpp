// HTTP requests as a parameter; net/ does them with libcurl, tests answer them from memory.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <base/secret.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyw {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// A body that is read piece by piece, so that large uploads need no memory. `read` fills up to `size` bytes
/// and returns how many; 0 at the end. `rewind` starts again, for a retry.
struct HttpBodyStream {
  std::uint64_t size = 0;
  std::function<Result<std::size_t>(char* buffer, std::size_t size)> read;
  std::function<void()> rewind;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers = {};
  /// Sent as `Authorization: Bearer …` and never shown; dropped when a redirect leaves the host.
  std::optional<Secret> bearer_token = {};
  std::string body = {};
  std::optional<HttpBodyStream> body_stream = {};
  /// Seconds without a byte in either direction before the attempt counts as failed.
  int idle_timeout_s = 30;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;

  /// The first header of that name, compared without case; empty when absent.
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// (bytes so far, total or 0 when unknown)
using TransferProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

class HttpClient {
public:
  virtual ~HttpClient() = default;

  /// One exchange, without retry. Any status is an answer; fails when there was none (no network, refused,
  /// timeout, certificate): the error says which and what to do.
  [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request, const TransferProgress& progress = {}) = 0;

  struct Download {
    HttpRequest request;
    Path destination;            ///< the partial file; resumed with a Range request when it is there already
    TransferProgress progress;   ///< called from the calling thread only
  };
  /// Fetches all in parallel to their files, resumed and retried with back-off. Fails with the first error
  /// once all have ended; what has arrived stays in the partial files.
  [[nodiscard]] virtual Result<void> download(std::vector<Download> downloads) = 0;
};

} // namespace pyw
