#include <base/http.hpp>
#include <base/text.hpp>

namespace pyw {

std::string HttpResponse::header(std::string_view name) const {
  const auto wanted = to_lower(name);
  for (const auto& [key, value] : headers) {
    if (to_lower(key) == wanted) {
      return value;
    }
  }
  return {};
}

} // namespace pyw
