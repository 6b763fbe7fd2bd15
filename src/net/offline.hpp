// `--offline`: a client that refuses every request, naming what was wanted.
#pragma once

#include <base/http.hpp>

namespace pyw::net {

class OfflineClient final : public HttpClient {
public:
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                          const TransferProgress& progress) override;
  [[nodiscard]] Result<void> download(std::vector<Download> downloads) override;

  [[nodiscard]] bool is_offline() const override { return true; }
};

} // namespace pyw::net
