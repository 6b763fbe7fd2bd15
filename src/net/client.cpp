#include <net/client.hpp>

namespace pyw::net {

namespace {

class CurlClient final : public HttpClient {
public:
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest&, const TransferProgress&) override {
    return failure(internal_error("not written yet"));
  }
  [[nodiscard]] Result<void> download(std::vector<Download>) override {
    return failure(internal_error("not written yet"));
  }
};

} // namespace

std::unique_ptr<HttpClient> make_http_client(const Environment&, Clock&, Reporter&) {
  return std::make_unique<CurlClient>();
}

} // namespace pyw::net
