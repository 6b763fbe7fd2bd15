// R2 buckets and objects: https://developers.cloudflare.com/api/resources/r2/
#include <edge/data_relay.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

Problem no_such_bucket() {
  return {404, 10006, "The specified bucket does not exist."};
}

Json bucket_json(const Resource& resource) {
  return {{"name", resource.name},
          {"creation_date", resource.created},
          {"location", "LOCAL"},
          {"storage_class", "Standard"},
          {"jurisdiction", "default"}};
}

/// As on the platform: 3 to 63 lower-case letters, digits and `-`, which does not begin or end it.
bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

} // namespace

Outcome list_r2(Api& api, const Call& call) {
  PYW_STORED(const auto all, resources_of(api, call, "r2").all());
  auto buckets = Json::array();
  const auto after = call.request.parameter("start_after").value_or("");
  const auto prefix = call.request.parameter("name_contains").value_or("");
  for (const auto& resource : all) {
    if (resource.name > after && resource.name.find(prefix) != std::string::npos) {
      buckets.push_back(bucket_json(resource));
    }
  }
  return Json{{"buckets", std::move(buckets)}};
}

Outcome create_r2(Api& api, const Call& call) {
  const auto name = text_at(call.json(), "name");
  if (!is_bucket_name(name)) {
    return Problem{400, 10005, "The specified bucket name is not valid."};
  }
  const Resource made{name, name, api.parts().records.now()};
  PYW_STORED(const bool added, resources_of(api, call, "r2").add(made));
  if (!added) {
    return Problem{409, 10004, "The bucket you tried to create already exists, and you own it."};
  }
  api.parts().data_changed(call.account.id);
  return bucket_json(made);
}

Outcome show_r2(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, "r2").find(call.at("r2")));
  return found ? Outcome(bucket_json(*found)) : Outcome(no_such_bucket());
}

Outcome delete_r2(Api& api, const Call& call) {
  auto records = resources_of(api, call, "r2");
  PYW_STORED(const auto found, records.find(call.at("r2")));
  if (!found) {
    return no_such_bucket();
  }
  PYW_STORED(const auto listed,
             ask_data(api, call, "GET", "/r2/buckets/" + found->name + "/objects?per_page=1", nullptr));
  if (listed.status != 200) {
    return listed;
  }
  if (!array_at(Json::parse(listed.body, nullptr, false), "result").empty()) {
    return Problem{409, 10008, "The bucket you tried to delete is not empty."};
  }
  PYW_STORED_VOID(records.remove(found->id));
  api.parts().data_changed(call.account.id);
  return Json::object();
}

Outcome relay_r2(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, "r2").find(call.at("r2")));
  return found ? relay(api, call) : Outcome(no_such_bucket());
}

} // namespace pyw::edge
