#include <edge/operations.hpp>
#include <edge/tails.hpp>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

std::string worker_of(const Call& call) {
  return call.account.id + "/" + call.at("script");
}

/// At the address by which the caller has come: it is where the answer can be had.
Json tail_json(const Call& call, const TailDescription& tail) {
  return {
      {"id", tail.id},
      {"url",
       fmt::format(
           "{}://{}/tails/{}", call.request.scheme == "https" ? "wss" : "ws", call.request.host, tail.id)},
      {"expires_at",
       fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                   fmt::gmtime(std::chrono::system_clock::to_time_t(tail.expires)))}};
}

} // namespace

Outcome create_tail(Api& api, const Call& call) {
  PYW_STORED(const auto script, api.parts().records.find_script(call.account.id, call.at("script")));
  if (!script) {
    return no_such_worker();
  }
  auto filters = read_tail_filters(call.json(), call.request.address);
  if (!filters) {
    return Problem{400, 10001, std::string(filters.error().message())};
  }
  const auto made = api.parts().tails->create(worker_of(call), std::move(*filters));
  if (!made) {
    return made.error();
  }
  return tail_json(call, *made);
}

Outcome list_tails(Api& api, const Call& call) {
  PYW_STORED(const auto script, api.parts().records.find_script(call.account.id, call.at("script")));
  if (!script) {
    return no_such_worker();
  }
  auto out = Json::array();
  for (const auto& tail : api.parts().tails->list(worker_of(call))) {
    out.push_back(tail_json(call, tail));
  }
  return out;
}

Outcome delete_tail(Api& api, const Call& call) {
  if (!api.parts().tails->remove(worker_of(call), call.at("tail"))) {
    return Problem{404, 10404, "this Worker has no such tail"};
  }
  return Json(nullptr);
}

void end_tails(Api& api, const std::string& account, const std::string& script) {
  if (api.parts().tails != nullptr) {
    api.parts().tails->remove_all(account + "/" + script);
  }
}

} // namespace pyw::edge
