// KV namespaces, and what is in them: https://developers.cloudflare.com/api/resources/kv/
#include <edge/data_relay.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

constexpr std::size_t longest_title = 512;

Problem no_such_namespace() {
  return {404, 10013, "namespace not found"};
}

Problem bad_title() {
  return {400, 10019, fmt::format("a namespace has a `title` of 1 to {} bytes", longest_title)};
}

Problem title_taken() {
  return {400, 10014, "a namespace with this account ID and title already exists"};
}

Json namespace_json(const Resource& resource) {
  return {{"id", resource.id}, {"title", resource.name}, {"supports_url_encoding", true}};
}

bool is_title(const std::string& title) {
  return !title.empty() && title.size() <= longest_title;
}

} // namespace

Outcome list_kv(Api& api, const Call& call) {
  PYW_STORED(const auto all, resources_of(api, call, "kv").all());
  std::vector<Json> items;
  for (const auto& resource : all) {
    items.push_back(namespace_json(resource));
  }
  return page_of(call, items);
}

Outcome create_kv(Api& api, const Call& call) {
  Resource made{"", text_at(call.json(), "title"), api.parts().records.now()};
  if (!is_title(made.name)) {
    return bad_title();
  }
  PYW_STORED(made.id, new_id());
  PYW_STORED(const bool added, resources_of(api, call, "kv").add(made));
  if (!added) {
    return title_taken();
  }
  api.parts().data_changed(call.account.id);
  return namespace_json(made);
}

Outcome show_kv(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, "kv").find(call.at("kv")));
  return found ? Outcome(namespace_json(*found)) : Outcome(no_such_namespace());
}

Outcome rename_kv(Api& api, const Call& call) {
  auto records = resources_of(api, call, "kv");
  PYW_STORED(auto found, records.find(call.at("kv")));
  if (!found) {
    return no_such_namespace();
  }
  found->name = text_at(call.json(), "title");
  if (!is_title(found->name)) {
    return bad_title();
  }
  PYW_STORED(const bool renamed, records.change(*found));
  return renamed ? Outcome(namespace_json(*found)) : Outcome(title_taken());
}

/// First what is in it, then its name: ended in between, it can be deleted again.
Outcome delete_kv(Api& api, const Call& call) {
  auto records = resources_of(api, call, "kv");
  PYW_STORED(const auto found, records.find(call.at("kv")));
  if (!found) {
    return no_such_namespace();
  }
  const auto path = "/storage/kv/namespaces/" + found->id;
  for (;;) {
    PYW_STORED(const auto listed, ask_data(api, call, "GET", path + "/keys", nullptr));
    const auto keys = array_at(Json::parse(listed.body, nullptr, false), "result");
    if (keys.empty()) {
      break;
    }
    auto names = Json::array();
    for (const auto& key : keys) {
      names.push_back(text_at(key, "name"));
    }
    PYW_STORED(const auto removed, ask_data(api, call, "POST", path + "/bulk/delete", names));
    if (removed.status != 200) {
      return removed;
    }
  }
  PYW_STORED_VOID(records.remove(found->id));
  api.parts().data_changed(call.account.id);
  return Json(nullptr);
}

Outcome relay_kv(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, "kv").find(call.at("kv")));
  return found ? relay(api, call) : Outcome(no_such_namespace());
}

} // namespace pyw::edge
