// The account's Durable Object classes, as a list.
#include <base/hash.hpp>
#include <edge/data_relay.hpp>

#include <nlohmann/json.hpp>

namespace pyw::edge {

Outcome list_object_namespaces(Api& api, const Call& call) {
  PYW_STORED(const auto scripts, api.parts().records.scripts(call.account.id));
  std::vector<Json> items;
  for (const auto& script : scripts) {
    const auto classes = object_at(Json::parse(script.document), "classes");
    for (const auto& [name, item] : classes.items()) {
      const auto key = item["key"].get<std::string>();
      items.push_back({{"id", sha256_hex(call.account.id + "/" + key).substr(0, 32)},
                       {"name", script.name + "_" + name},
                       {"script", script.name},
                       {"class", name},
                       {"use_sqlite", item["sqlite"]}});
    }
  }
  return page_of(call, items);
}

} // namespace pyw::edge
