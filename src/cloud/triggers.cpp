#include <base/text.hpp>
#include <cloud/queue_consumers.hpp>
#include <cloud/routes.hpp>
#include <cloud/triggers.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <set>

namespace pyw::cloud {

namespace {

constexpr const char* subdomain_date = "2025-08-01"; // the API's version that keeps previews apart

bool flag_at(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key] == Json(true);
}

std::string host_of_url(const std::string& url) {
  const auto start = url.find("://") == std::string::npos ? 0 : url.find("://") + 3;
  return url.substr(start, url.find('/', start) - start);
}

class Triggers {
public:
  Triggers(
      Api& api, const std::string& account, const Worker& worker, FirstDeploy first, TriggersResult& result)
      : m_api(api), m_account(account), m_worker(worker), m_first(first), m_result(result) {}

  Result<void> subdomain() {
    auto read = get(account_path(m_account) + "/workers/workers/" + m_worker.name);
    read.retry = Retry::yes;
    PYW_TRY_ASSIGN(const auto live, m_api.require(read));
    const auto before = live.is_object() ? live.value("subdomain", Json::object()) : Json::object();
    const bool wanted = m_worker.wants_workers_dev();
    if (wanted) {
      const auto url = text_at(before, "url");
      auto host = host_of_url(url);
      if (host.empty()) {
        PYW_TRY_ASSIGN(const auto subdomain, account_subdomain());
        host = m_worker.name + "." + subdomain;
      }
      // Another deploy API (`--target`) may serve without TLS, and says so.
      m_result.targets.push_back((url.starts_with("http://") ? "http://" : "https://") + host);
    }
    Json body = {{"enabled", wanted}};
    if (m_worker.project->preview_urls) {
      body["previews_enabled"] = *m_worker.project->preview_urls;
    }
    auto write = with_json("POST", script_path(m_account, m_worker) + "/subdomain", body);
    write.headers.emplace_back("Cloudflare-Workers-Script-Api-Date", subdomain_date);
    write.retry = Retry::yes;
    PYW_TRY_ASSIGN(const auto after, m_api.require(write));
    warn_about_defaults(before, after);
    m_in_sync = flag_at(before, "enabled") == flag_at(after, "enabled");
    return {};
  }

  Result<void> checks() {
    if (!m_worker.wants_workers_dev() && m_in_sync && !m_worker.zone_routes().empty()) {
      PYW_TRY(check_routes_are_free(m_api, m_account, m_worker));
    }
    if (!m_worker.wants_workers_dev() && !owned_workflows(m_worker).empty()) {
      PYW_TRY(account_subdomain()); // Workflows run on it
    }
    return {};
  }

  void routes() {
    const auto routes = m_worker.zone_routes();
    if (routes.empty()) {
      return;
    }
    auto warnings = publish_routes(m_api, m_account, m_worker);
    if (!warnings) {
      failed("routes", warnings.error());
      return;
    }
    m_result.warnings.insert(m_result.warnings.end(), warnings->begin(), warnings->end());
    for (const auto& route : routes) {
      m_result.targets.push_back(describe_route(route));
    }
  }

  void domains(Interaction interaction, const Confirm& confirm) {
    const auto domains = m_worker.custom_domains();
    if (domains.empty()) {
      return;
    }
    if (auto done = publish_domains(m_api, m_account, m_worker, interaction, confirm); !done) {
      failed("custom domains", done.error());
      return;
    }
    for (const auto& domain : domains) {
      m_result.targets.push_back(describe_route(domain));
    }
  }

  void schedules() {
    if (!m_worker.crons) {
      return;
    }
    auto body = Json::array();
    for (const auto& cron : *m_worker.crons) {
      body.push_back({{"cron", cron}});
    }
    const auto answer =
        m_api.require(with_json("PUT", script_path(m_account, m_worker) + "/schedules", body));
    if (!answer) {
      failed("cron", answer.error());
      return;
    }
    for (const auto& cron : *m_worker.crons) {
      m_result.targets.push_back("schedule: " + cron);
    }
  }

  void queues() {
    for (const auto& producer : m_worker.project->queue_producers) {
      m_result.targets.push_back("producer for " + producer.queue.value_or(producer.binding));
    }
    for (const auto& consumer : m_worker.project->queue_consumers) {
      const auto done = set_worker_consumer(
          m_api, m_account, consumer.queue, m_worker.name, consumer_body(consumer, m_worker.name));
      if (!done) {
        failed("queue consumers", done.error());
      } else {
        m_result.targets.push_back("consumer for " + consumer.queue);
      }
    }
  }

  void workflows() {
    for (const auto& workflow : owned_workflows(m_worker)) {
      Json body = {{"script_name", m_worker.name}, {"class_name", workflow.class_name}};
      for (const auto* key : {"limits", "concurrency", "schedules", "default_retention", "jurisdiction"}) {
        if (workflow.settings->contains(key)) {
          body[key] = std::string_view(key) == "schedules" ? schedules_of((*workflow.settings)[key])
                                                           : (*workflow.settings)[key];
        }
      }
      const auto done =
          m_api.require(with_json("PUT", account_path(m_account) + "/workflows/" + workflow.name, body));
      if (done) {
        m_result.targets.push_back("workflow: " + workflow.name);
      } else {
        m_failed_workflows.insert(workflow.name);
        failed(fmt::format("Workflow `{}`", workflow.name), done.error());
      }
    }
  }

  void events() {
    const auto section = m_worker.section("triggers");
    if (!section.is_object() || !section.contains("events")) {
      return;
    }
    auto body = section["events"];
    for (auto& event : body) {
      for (auto& target : event["targets"]) {
        if (m_failed_workflows.count(text_at(target, "workflow_name")) > 0) {
          failed("event triggers", user_error("left as they are, because their Workflow failed"));
          return;
        }
        target["script_name"] = m_worker.name;
      }
    }
    const auto path = account_path(m_account) + "/triggers/" + escape_component(m_worker.name);
    if (const auto done = m_api.require(with_json("PUT", path, body)); !done) {
      failed("event triggers", done.error());
    } else {
      m_result.targets.push_back(fmt::format("event triggers: {}", body.size()));
    }
  }

  Result<void> outcome() {
    if (m_failures.empty()) {
      return {};
    }
    Error error;
    error.diagnostics.push_back({Severity::error,
                                 fmt::format("the triggers of `{}` were only partly updated", m_worker.name),
                                 {},
                                 {},
                                 1,
                                 {"the other triggers, and the new version, are in force",
                                  "`pyw triggers deploy` tries the triggers again without an upload"}});
    error.diagnostics.insert(error.diagnostics.end(), m_failures.begin(), m_failures.end());
    return failure(std::move(error));
  }

private:
  static Json schedules_of(const Json& configured) {
    auto out = Json::array();
    for (const auto& cron : configured.is_array() ? configured : Json::array({configured})) {
      out.push_back({{"cron", cron}});
    }
    return out;
  }

  Result<std::string> account_subdomain() {
    const auto answer = m_api.call(get(account_path(m_account) + "/workers/subdomain"));
    if (answer) {
      return text_at(*answer, "subdomain") + ".workers.dev";
    }
    if (answer.error().code == code::worker_not_found) {
      return failure(user_error(
          "the account has no workers.dev subdomain yet",
          {fmt::format("register one at https://dash.cloudflare.com/{}/workers/onboarding", m_account)}));
    }
    return failure(to_error(answer.error()));
  }

  void warn_about_defaults(const Json& before, const Json& after) {
    const auto say = [&](const char* key, const char* what, const char* setting, bool configured) {
      if (m_first == FirstDeploy::no && !configured && flag_at(before, key) != flag_at(after, key)) {
        m_result.warnings.push_back(
            fmt::format("{} is now {}, because the configuration does not say; `{} = {}` keeps it {}",
                        what,
                        flag_at(after, key) ? "on" : "off",
                        setting,
                        flag_at(before, key),
                        flag_at(before, key) ? "on" : "off"));
      }
    };
    say("enabled", "workers.dev", "workers_dev", m_worker.project->workers_dev.has_value());
    say("previews_enabled", "the preview URL", "preview_urls", m_worker.project->preview_urls.has_value());
  }

  void failed(std::string_view what, const Error& error) {
    for (auto diagnostic : error.diagnostics) {
      diagnostic.message = fmt::format("{}: {}", what, diagnostic.message);
      m_failures.push_back(std::move(diagnostic));
    }
  }

  Api& m_api;
  const std::string& m_account;
  const Worker& m_worker;
  FirstDeploy m_first;
  TriggersResult& m_result;
  bool m_in_sync = true;
  std::set<std::string> m_failed_workflows;
  std::vector<Diagnostic> m_failures;
};

} // namespace

std::string describe_route(const config::Route& route) {
  std::vector<std::string> details;
  if (route.custom_domain) {
    details.emplace_back("custom domain");
  }
  if (route.zone_id) {
    details.push_back("zone id: " + *route.zone_id);
  } else if (route.zone_name) {
    details.push_back("zone name: " + *route.zone_name);
  }
  auto text = route.pattern + (details.empty() ? "" : " (" + join(details, ", ") + ")");
  if (route.custom_domain && route.enabled) {
    text += *route.enabled ? " [production: on]" : " [production: off]";
  }
  if (route.custom_domain && route.previews_enabled) {
    text += *route.previews_enabled ? " [previews: on]" : " [previews: off]";
  }
  return text;
}

Json route_body(const config::Route& route) {
  Json body = {{"pattern", route.pattern}};
  if (route.zone_id) {
    body["zone_id"] = *route.zone_id;
  }
  if (route.zone_name) {
    body["zone_name"] = *route.zone_name;
  }
  return body;
}

Json consumer_body(const config::QueueConsumer& consumer, const std::string& script) {
  auto settings = Json::object();
  const auto add = [&](const char* key, const auto& value) {
    if (value) {
      settings[key] = *value;
    }
  };
  const auto whole = [](double number) {
    return number == static_cast<double>(static_cast<std::int64_t>(number))
               ? Json(static_cast<std::int64_t>(number))
               : Json(number);
  };
  add("batch_size", consumer.max_batch_size);
  add("max_retries", consumer.max_retries);
  if (consumer.max_batch_timeout) {
    settings["max_wait_time_ms"] = whole(*consumer.max_batch_timeout * 1000);
  }
  add("max_concurrency", consumer.max_concurrency);
  if (consumer.retry_delay) {
    settings["retry_delay"] = whole(*consumer.retry_delay);
  }
  Json body = {{"type", "worker"}};
  if (consumer.dead_letter_queue) {
    body["dead_letter_queue"] = *consumer.dead_letter_queue;
  }
  body["script_name"] = script;
  body["settings"] = std::move(settings);
  return body;
}

std::vector<std::string> planned_targets(const Worker& worker) {
  std::vector<std::string> targets;
  if (worker.wants_workers_dev()) {
    targets.push_back(fmt::format("https://{}.<subdomain>.workers.dev", worker.name));
  }
  for (const auto& route : worker.routes) {
    targets.push_back(describe_route(route));
  }
  for (const auto& cron : worker.crons.value_or(std::vector<std::string>{})) {
    targets.push_back("schedule: " + cron);
  }
  for (const auto& consumer : worker.project->queue_consumers) {
    targets.push_back("consumer for " + consumer.queue);
  }
  for (const auto& workflow : owned_workflows(worker)) {
    targets.push_back("workflow: " + workflow.name);
  }
  return targets;
}

Result<TriggersResult> apply_triggers(Api& api,
                                      const std::string& account,
                                      const Worker& worker,
                                      FirstDeploy first,
                                      Interaction interaction,
                                      const Confirm& confirm,
                                      TriggersResult& partial) {
  Triggers triggers(api, account, worker, first, partial);
  PYW_TRY(triggers.subdomain());
  PYW_TRY(triggers.checks());
  triggers.routes();
  triggers.domains(interaction, confirm);
  triggers.schedules();
  triggers.queues();
  triggers.workflows();
  triggers.events();
  PYW_TRY(triggers.outcome());
  return partial;
}

} // namespace pyw::cloud
