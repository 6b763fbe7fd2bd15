#include <edge/cron.hpp>
#include <edge/operations.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

Result<std::optional<Script>> script_of(Api& api, const Call& call) {
  return api.parts().records.find_script(call.account.id, call.at("script"));
}

Json document_of(const Script& script) {
  return Json::parse(script.document);
}

Json subdomain_of(const Json& document) {
  const auto stored = object_at(document, "subdomain");
  return {{"enabled", stored.value("enabled", false)},
          {"previews_enabled", stored.value("previews_enabled", false)}};
}

Json script_settings(const Json& document) {
  Json out = {{"logpush", document.value("logpush", Json(false))},
              {"tags", array_at(document, "tags")},
              {"tail_consumers", document.value("tail_consumers", Json(nullptr))}};
  if (document.contains("observability")) {
    out["observability"] = document["observability"];
  }
  return out;
}

Json schedules_of(const Script& script) {
  auto out = Json::array();
  for (const auto& cron : array_at(document_of(script), "schedules")) {
    out.push_back({{"cron", cron}, {"created_on", script.modified}, {"modified_on", script.modified}});
  }
  return {{"schedules", std::move(out)}};
}

/// `show` with the script; without one, the Worker does not exist.
template <typename Show>
Outcome with_script(Api& api, const Call& call, Show show) {
  PYW_STORED(const auto script, script_of(api, call));
  return script ? Outcome(show(*script)) : Outcome(no_such_worker());
}

/// `change` works on the script's document, which is stored and in force then.
template <typename Change>
Outcome change_script(Api& api, const Call& call, Change change) {
  auto lock = api.change(call);
  lock.lock();
  auto& parts = api.parts();
  PYW_STORED(auto script, script_of(api, call));
  if (!script) {
    return no_such_worker();
  }
  auto document = document_of(*script);
  change(document);
  script->document = document.dump();
  script->modified = parts.records.now();
  PYW_STORED_VOID(parts.records.save_script(*script));
  PYW_STORED_VOID(parts.apply());
  return Json(nullptr);
}

/// `document[key] = body[key]` for those that the body has.
void take_over(const Json& body, std::initializer_list<const char*> keys, Json& document) {
  for (const auto* key : keys) {
    if (body.is_object() && body.contains(key)) {
      document[key] = body[key];
    }
  }
}

Json route_json(const Route& route) {
  return {{"id", route.id}, {"pattern", route.pattern}, {"script", route.script}};
}

Json domain_json(const Route& route) {
  return {{"id", route.id},
          {"hostname", route.pattern.substr(0, route.pattern.find('/'))},
          {"service", route.script}};
}

/// Stores the script's patterns of that kind.
Outcome set_patterns(Api& api,
                     const Call& call,
                     const char* kind,
                     const std::vector<std::string>& patterns,
                     Json (*show)(const Route&)) {
  auto lock = api.change(call);
  lock.lock();
  PYW_STORED(const auto script, script_of(api, call));
  if (!script) {
    return no_such_worker();
  }
  const auto routes = api.parts().records.set_routes(call.account.id, script->name, kind, patterns);
  if (!routes) {
    return routes.error().kind == ErrorKind::user ? Problem{409, 10020, std::string(routes.error().message())}
                                                  : store_problem(routes.error());
  }
  PYW_STORED_VOID(api.parts().apply());
  auto out = Json::array();
  for (const auto& route : *routes) {
    out.push_back(show(route));
  }
  return out;
}

/// The account's routes, those of one script where it is named.
Outcome routes_of(Api& api, const Call& call, const std::string& script) {
  PYW_STORED(const auto routes, api.parts().records.routes());
  auto out = Json::array();
  for (const auto& route : routes) {
    if (route.account == call.account.id && (script.empty() || route.script == script)) {
      out.push_back(route_json(route));
    }
  }
  return out;
}

} // namespace

Problem no_such_worker() {
  return {404, 10007, "This Worker does not exist on your account."};
}

Problem store_problem(const Error& error) {
  // RFC 4918, 11.5: 507 Insufficient Storage.
  return {error.no_space ? 507 : 500, 10002, fmt::format("the server failed: {}", error.message())};
}

Outcome list_scripts(Api& api, const Call& call) {
  PYW_STORED(const auto scripts, api.parts().records.scripts(call.account.id));
  auto out = Json::array();
  for (const auto& script : scripts) {
    const auto document = document_of(script);
    out.push_back({{"id", script.name},
                   {"tag", text_at(document, "tag")},
                   {"tags", array_at(document, "tags")},
                   {"created_on", script.created},
                   {"modified_on", script.modified}});
  }
  return out;
}

Outcome show_service(Api& api, const Call& call) {
  PYW_STORED(const auto script, script_of(api, call));
  if (!script) {
    return Problem{404, 10090, "This service does not exist on your account."};
  }
  PYW_STORED(const auto latest, api.parts().records.latest_version(call.account.id, script->name));
  const auto document = document_of(*script);
  Json described = {{"id", script->name},
                    {"tag", text_at(document, "tag")},
                    {"tags", array_at(document, "tags")},
                    {"created_on", script->created},
                    {"modified_on", script->modified},
                    {"handlers", Json::array({"fetch"})},
                    {"last_deployed_from", latest ? latest->source : "api"}};
  if (const auto tag = text_at(document, "migration_tag"); !tag.empty()) {
    described["migration_tag"] = tag;
  }
  if (latest) {
    described["etag"] = latest->id;
    described["compatibility_date"] = latest->compatibility_date;
    described["compatibility_flags"] = latest->compatibility_flags;
  }
  return Json{{"id", script->name},
              {"created_on", script->created},
              {"modified_on", script->modified},
              {"default_environment",
               {{"environment", "production"},
                {"created_on", script->created},
                {"modified_on", script->modified},
                {"script", std::move(described)}}}};
}

Outcome show_worker(Api& api, const Call& call) {
  PYW_STORED(const auto script, script_of(api, call));
  if (!script) {
    return no_such_worker();
  }
  const auto document = document_of(*script);
  auto subdomain = subdomain_of(document);
  const auto& parts = api.parts();
  subdomain["url"] = fmt::format(
      "{}://{}.{}.{}:{}", parts.scheme, script->name, call.account.subdomain, parts.domain, parts.port);
  return Json{{"id", text_at(document, "tag")},
              {"name", script->name},
              {"created_on", script->created},
              {"updated_on", script->modified},
              {"tags", array_at(document, "tags")},
              {"subdomain", std::move(subdomain)}};
}

Outcome delete_script(Api& api, const Call& call) {
  auto lock = api.change(call);
  lock.lock();
  PYW_STORED(const auto script, script_of(api, call));
  if (!script) {
    return no_such_worker();
  }
  PYW_STORED_VOID(remove_workflows(api, call, script->name));
  PYW_STORED_VOID(api.parts().records.delete_script(call.account.id, script->name));
  end_tails(api, call.account.id, script->name);
  PYW_STORED_VOID(api.parts().apply());
  PYW_STORED_VOID(api.parts().data_deleted(call.account.id, script->name, ""));
  return Json(nullptr);
}

Outcome show_settings(Api& api, const Call& call) {
  PYW_STORED(const auto script, script_of(api, call));
  PYW_STORED(const auto latest, api.parts().records.latest_version(call.account.id, call.at("script")));
  if (!script || !latest) {
    return no_such_worker();
  }
  auto out = script_settings(document_of(*script));
  out["bindings"] = Json::parse(latest->bindings);
  out["compatibility_date"] = latest->compatibility_date;
  out["compatibility_flags"] = latest->compatibility_flags;
  out["usage_model"] = "standard";
  const auto metadata = Json::parse(latest->metadata);
  for (const auto* key : {"limits", "placement"}) {
    out[key] = object_at(metadata, key);
  }
  return out;
}

Outcome show_script_settings(Api& api, const Call& call) {
  return with_script(api, call, [](const Script& script) { return script_settings(document_of(script)); });
}

Outcome patch_script_settings(Api& api, const Call& call) {
  const auto body = call.json();
  if (!array_at(body, "tail_consumers").empty()) {
    return Problem{400, 10021, "`tail_consumers` is not offered by this server"};
  }
  const auto changed = change_script(api, call, [&](Json& document) {
    take_over(body, {"logpush", "observability", "tags", "tail_consumers"}, document);
  });
  return changed.status() == 200 ? show_script_settings(api, call) : changed;
}

Outcome show_subdomain(Api& api, const Call& call) {
  return with_script(api, call, [](const Script& script) { return subdomain_of(document_of(script)); });
}

Outcome post_subdomain(Api& api, const Call& call) {
  const auto body = call.json();
  for (const auto* key : {"enabled", "previews_enabled"}) {
    if (body.is_object() && body.contains(key) && !body[key].is_boolean()) {
      return Problem{400, 10001, fmt::format("`{}` is true or false", key)};
    }
  }
  const auto changed = change_script(api, call, [&](Json& document) {
    auto subdomain = subdomain_of(document);
    take_over(body, {"enabled", "previews_enabled"}, subdomain);
    document["subdomain"] = std::move(subdomain);
  });
  return changed.status() == 200 ? show_subdomain(api, call) : changed;
}

Outcome show_account_subdomain(Api&, const Call& call) {
  return Json{{"subdomain", call.account.subdomain}};
}

Outcome put_account_subdomain(Api& api, const Call& call) {
  const auto name = text_at(call.json(), "subdomain");
  if (name.empty() || name.size() > 63 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos ||
      name.front() == '-') {
    return Problem{400, 10031, "a subdomain has lower-case letters, digits and `-`"};
  }
  if (const auto set = api.parts().records.set_subdomain(call.account.id, name); !set) {
    return Problem{409, 10032, std::string(set.error().message())};
  }
  PYW_STORED_VOID(api.parts().apply());
  return Json{{"subdomain", name}};
}

Outcome show_schedules(Api& api, const Call& call) {
  return with_script(api, call, schedules_of);
}

Outcome put_schedules(Api& api, const Call& call) {
  auto crons = Json::array();
  const auto body = call.json();
  for (const auto& item : body.is_array() ? body : Json::array()) {
    crons.push_back(text_at(item, "cron"));
    if (const auto read = cron_matches(crons.back().get<std::string>(), {}); !read) {
      return Problem{400, 10100, std::string(read.error().message())};
    }
  }
  const auto changed = change_script(api, call, [&](Json& document) { document["schedules"] = crons; });
  return changed.status() == 200 ? show_schedules(api, call) : changed;
}

Outcome show_routes(Api& api, const Call& call) {
  return routes_of(api, call, call.at("script"));
}

Outcome list_zone_routes(Api& api, const Call& call) {
  return routes_of(api, call, "");
}

Outcome put_routes(Api& api, const Call& call) {
  std::vector<std::string> patterns;
  const auto body = call.json();
  for (const auto& item : body.is_array() ? body : Json::array()) {
    patterns.push_back(text_at(item, "pattern"));
    if (patterns.back().empty()) {
      return Problem{400, 10022, "a route has a pattern"};
    }
  }
  return set_patterns(api, call, "route", patterns, route_json);
}

Outcome post_domain_changes(Api&, const Call& call) {
  auto added = Json::array();
  const auto body = call.json();
  for (const auto& item : body.is_array() ? body : array_at(body, "origins")) {
    added.push_back({{"hostname", text_at(item, "hostname")}});
  }
  return Json{{"added", added},
              {"removed", Json::array()},
              {"updated", Json::array()},
              {"conflicting", Json::array()}};
}

Outcome put_domains(Api& api, const Call& call) {
  std::vector<std::string> patterns;
  for (const auto& item : array_at(call.json(), "origins")) {
    const auto host = text_at(item, "hostname");
    if (host.empty() || host.find_first_of("/*") != std::string::npos) {
      return Problem{400, 10022, "a custom domain is a host's name"};
    }
    patterns.push_back(host + "/*");
  }
  return set_patterns(api, call, "domain", patterns, domain_json);
}

Outcome show_references(Api&, const Call&) {
  return Json{{"services", {{"incoming", Json::array()}, {"outgoing", Json::array()}}},
              {"durable_objects", Json::array()},
              {"dispatch_outbounds", Json::array()}};
}

Outcome list_nothing(Api&, const Call&) {
  return Outcome(Json::array()).with_pages(1, 50, 0);
}

} // namespace pyw::edge
