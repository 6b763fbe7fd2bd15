// `--offline`: a client that refuses every request that would leave this machine, naming what was wanted.
#pragma once

#include <base/http.hpp>

namespace pyw::net {

class OfflineClient final : public HttpClient {
public:
  OfflineClient() = default;

  /// `inner` does the requests that stay on this machine; it must outlive this.
  explicit OfflineClient(HttpClient& inner) : m_inner(&inner) {}

  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                          const TransferProgress& progress) override;
  [[nodiscard]] Result<void> download(std::vector<Download> downloads) override;

  [[nodiscard]] bool is_offline() const override { return true; }

private:
  HttpClient* m_inner = nullptr;
};

} // namespace pyw::net
