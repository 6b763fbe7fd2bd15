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

enum class VerifyCertificates { yes, no };

/// Whether a request leaves this machine; `--offline` forbids those that do.
enum class Reach { network, this_machine };

/// What the user's settings say about reaching one server, beside what the environment says for all.
struct HttpConnection {
  std::optional<Path> certificate_authorities = {}; ///< a PEM file, used instead of the environment's
  VerifyCertificates verify = VerifyCertificates::yes;
  std::optional<std::string> proxy = {}; ///< a URL; "" means none, whatever the environment says
  std::optional<std::string> no_proxy =
      {};                               ///< hosts without proxy, instead of the environment's; "*" for all
  std::optional<Path> unix_socket = {}; ///< a local socket to speak to, whatever the URL's host
  Reach reach = Reach::network;
  std::optional<Path> netrc = {}; ///< where user and password are looked up when the URL has none

  bool operator==(const HttpConnection&) const = default;
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
  HttpConnection connection = {};
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
  [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request,
                                                  const TransferProgress& progress = {}) = 0;

  struct Download {
    HttpRequest request;
    Path destination; ///< the partial file; resumed with a Range request when it is there already
    TransferProgress progress = {}; ///< called from the calling thread only
    std::uint64_t size_limit = 0;   ///< bytes; a server that sends more fails the download. 0: no limit
    /// Called from the calling thread once the file is whole, while others may still be under way.
    std::function<void()> arrived = {};
  };

  /// Fetches all in parallel to their files, resumed and retried with back-off. Fails with the first error
  /// once all have ended; what has arrived stays in the partial files.
  [[nodiscard]] virtual Result<void> download(std::vector<Download> downloads) = 0;

  /// Whether every request is refused (`--offline`): for callers that can say more than "refused".
  [[nodiscard]] virtual bool is_offline() const { return false; }
};

} // namespace pyw
