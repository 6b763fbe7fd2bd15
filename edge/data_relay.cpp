#include <edge/data_relay.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace pyw::edge {

namespace {

constexpr std::size_t default_page = 50;
constexpr std::size_t largest_page = 1000;
constexpr std::size_t longest_name = 64;

std::size_t number(const Call& call, std::string_view name, std::size_t otherwise) {
  const auto text = call.request.parameter(name).value_or("");
  std::size_t out = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return std::max<std::size_t>(out, 1);
}

} // namespace

ResourceRecords resources_of(Api& api, const Call& call, const char* kind) {
  return {api.parts().records.database(), call.account.id, kind};
}

Outcome page_of(const Call& call, const std::vector<Json>& items) {
  const auto size = std::min(number(call, "per_page", default_page), largest_page);
  const auto page = std::min(number(call, "page", 1), items.size() + 2); // far beyond is as empty
  auto out = Json::array();
  for (auto i = (page - 1) * size; i < std::min(page * size, items.size()); ++i) {
    out.push_back(items[i]);
  }
  return Outcome(out).with_pages(page, size, items.size());
}

Outcome relay(Api& api, const Call& call) {
  const auto& request = call.request;
  // Escapes in keys go over as they came.
  const auto account = request.target.find("/accounts/");
  SocketRequest passed{request.method, request.target.substr(std::min(account, request.target.size()))};
  passed.headers = request.headers;
  if (!request.content_type.empty()) {
    passed.headers.emplace_back("Content-Type", request.content_type);
  }
  passed.body = request.body;
  PYW_STORED(auto answer, api.parts().ask_data(call.account.id, passed));
  return answer;
}

Result<ApiAnswer>
ask_data(Api& api, const Call& call, const std::string& method, const std::string& path, const Json& body) {
  SocketRequest request{method, "/accounts/" + call.account.id + path};
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump();
  }
  return api.parts().ask_data(call.account.id, request);
}

bool is_resource_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

} // namespace pyw::edge
