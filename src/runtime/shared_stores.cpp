// The way from a Worker to stores that it shares with others (account_stores.hpp): one service a store, which
// adds to each request the name of what is meant, so that the Worker itself has no say in it.
#include <base/percent_encoding.hpp>
#include <runtime/local_services.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::runtime {

// A header's value has no other bytes.
std::string store_name(std::string_view kind, std::string_view id) {
  return percent_encoded(fmt::format("{}:{}", kind, id), uri_component_signs);
}

std::string
external_service(std::string_view name, const Path& socket, const std::vector<CapnpField>& headers) {
  std::vector<std::string> fields;
  for (const auto& [header, value] : headers) {
    fields.push_back(capnp_struct({{"name", capnp_string(header)}, {"value", capnp_string(value)}}));
  }
  const auto http = capnp_struct({{"cfBlobHeader", capnp_string(cf_header)},
                                  {"injectRequestHeaders", fields.empty() ? "" : capnp_list(fields, 8)}});
  return capnp_struct(
      {{"name", capnp_string(name)},
       {"external", capnp_struct({{"address", capnp_string("unix:" + socket.string())}, {"http", http}})}});
}

std::string shared_queue(const ServiceInput& input,
                         LocalServices& out,
                         const std::string& queue,
                         config::OptionalNumber delay) {
  const auto name = fmt::format("queue:{}:{}", queue, delay.value_or(0));
  std::vector<CapnpField> headers{{std::string(store_header), store_name("queue", queue)}};
  if (delay) {
    headers.emplace_back("x-pyw-delay", fmt::format("{}", *delay));
  }
  const auto service = external_service(name, input.queues, headers);
  if (std::ranges::find(out.services, service) == out.services.end()) {
    out.services.push_back(service);
  }
  return capnp_string(name);
}

std::string
shared_store(const ServiceInput& input, LocalServices& out, std::string_view kind, const std::string& id) {
  const auto store = fmt::format("{}:{}", kind, id);
  const auto name = "store:" + store;
  const auto service =
      external_service(name, input.stores, {{std::string(store_header), store_name(kind, id)}});
  if (std::ranges::find(out.services, service) == out.services.end()) {
    out.services.push_back(service);
  }
  return capnp_string(name);
}

} // namespace pyw::runtime
