#include <edge/operations.hpp>
#include <edge/workshop.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

/// The platform's limits on a variable.
constexpr std::size_t longest_secret_name = 256;
constexpr std::size_t longest_value = 5 * 1024;

Json secrets_of(const Version& version) {
  auto out = Json::array();
  for (const auto& [name, sealed] : version.secrets) {
    out.push_back({{"name", name}, {"type", "secret_text"}});
  }
  return out;
}

Json all_secrets(const Version& version) {
  return secrets_of(version);
}

/// Sets (a text) or removes (null) one secret of a version to be.
std::optional<Problem> change(Api& api, Version& version, const std::string& name, const Json& value) {
  if (name.empty() || name.size() > longest_secret_name) {
    return Problem{400, 10001, "a secret has a name"};
  }
  auto bindings = Json::array();
  for (const auto& binding : Json::parse(version.bindings)) {
    if (text_at(binding, "name") != name) {
      bindings.push_back(binding);
    }
  }
  version.secrets.erase(name);
  if (!value.is_null()) {
    const auto text = value.is_string() ? value.get<std::string>() : text_at(value, "text");
    if (text.size() > longest_value) {
      return Problem{400, 10054, fmt::format("the secret `{}` is longer than 5 KiB", name)};
    }
    auto sealed = api.parts().vault.seal(Secret(text), secret_place(version.account, version.script, name));
    if (!sealed) {
      return store_problem(sealed.error());
    }
    version.secrets[name] = std::move(*sealed);
    bindings.push_back({{"name", name}, {"type", "secret_text"}});
  }
  version.bindings = bindings.dump();
  return std::nullopt;
}

/// A secret belongs to a version: to change one is to make a version and, where `deploy`, to deploy it.
Outcome
with_changes(Api& api, const Call& call, const Json& changes, bool deploy, Json (*answer)(const Version&)) {
  auto lock = api.change(call);
  lock.lock();
  auto& records = api.parts().records;
  PYW_STORED(auto latest, records.latest_version(call.account.id, call.at("script")));
  if (!latest) {
    return no_such_worker();
  }
  PYW_STORED(const auto deployments, records.deployments(call.account.id, call.at("script"), 1));
  const bool live = !deployments.empty() && deployments.front().versions.size() == 1 &&
                    deployments.front().versions.front().version == latest->id;
  if (deploy && !live) {
    return Problem{
        400, 10215, "the latest version does not have all the traffic: a secret set now would deploy it"};
  }
  for (const auto& [name, value] : changes.items()) {
    if (value.is_null() && !latest->secrets.contains(name)) {
      return Problem{404, 10056, fmt::format("there is no secret `{}`", name)};
    }
    if (auto problem = change(api, *latest, name, value)) {
      return *problem;
    }
  }
  latest->source = source_of(call.request);
  latest->annotations = Json{{"workers/triggered_by", "secret"}}.dump();
  return publish_version(api, call, std::move(*latest), deploy, answer);
}

} // namespace

Outcome list_secrets(Api& api, const Call& call) {
  PYW_STORED(const auto latest, api.parts().records.latest_version(call.account.id, call.at("script")));
  return latest ? Outcome(secrets_of(*latest)) : Outcome(no_such_worker());
}

Outcome put_secret(Api& api, const Call& call) {
  const auto body = call.json();
  const auto name = text_at(body, "name");
  const auto outcome = with_changes(api, call, {{name, text_at(body, "text")}}, true, all_secrets);
  return outcome.status() == 200 ? Outcome(Json{{"name", name}, {"type", "secret_text"}}) : outcome;
}

Outcome delete_secret(Api& api, const Call& call) {
  const auto outcome = with_changes(api, call, {{call.at("secret"), nullptr}}, true, all_secrets);
  return outcome.status() == 200 ? Outcome(Json(nullptr)) : outcome;
}

Outcome patch_secrets(Api& api, const Call& call) {
  return with_changes(api, call, object_at(call.json(), "secrets"), true, all_secrets);
}

Outcome patch_latest_version(Api& api, const Call& call) {
  return with_changes(api, call, object_at(call.json(), "env"), false, version_details);
}

} // namespace pyw::edge
