#include <net/offline.hpp>
#include <net/url.hpp>

#include <fmt/core.h>

namespace pyw::net {

namespace {

Error refusal(const HttpRequest& request) {
  return user_error(fmt::format("`--offline` forbids the request to `{}`", redacted(request.url)),
                    {"run the command again without `--offline`"});
}

} // namespace

Result<HttpResponse> OfflineClient::send(const HttpRequest& request, const TransferProgress& progress) {
  if (m_inner != nullptr && request.connection.reach == Reach::this_machine) {
    return m_inner->send(request, progress);
  }
  return failure(refusal(request));
}

Result<void> OfflineClient::download(std::vector<Download> downloads) {
  if (downloads.empty()) {
    return {};
  }
  return failure(refusal(downloads.front().request));
}

} // namespace pyw::net
