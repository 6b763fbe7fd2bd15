#include <base/text.hpp>
#include <cloud/remote_state.hpp>
#include <cloud/tail.hpp>
#include <cloud/timestamp.hpp>
#include <cloud/zones.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::cloud {

namespace {

/// Tabs and line ends stay; other control characters (C0, DEL, C1) are shown as they would be written.
std::string harmless(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c1) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    } else if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

/// A value of a log line as people write it.
std::string shown(const Json& value) {
  return harmless(value.is_string() ? value.get<std::string>()
                                    : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string outcome_words(const std::string& outcome) {
  static const std::vector<std::pair<std::string, std::string>> words{
      {"ok", "ok"},
      {"canceled", "canceled"},
      {"exception", "exception"},
      {"exceededCpu", "CPU limit exceeded"},
      {"exceededMemory", "memory limit exceeded"}};
  const auto found =
      std::find_if(words.begin(), words.end(), [&](const auto& item) { return item.first == outcome; });
  return found == words.end() ? "outcome unknown" : found->second;
}

/// Milliseconds since 1970, or a time as text, as alarms have it.
std::string time_of(const Json& value) {
  if (value.is_string()) {
    return shown(value);
  }
  return value.is_number() ? iso_timestamp(Time(std::chrono::milliseconds(value.get<std::int64_t>()))) : "";
}

std::string what_happened(const Json& event, const Json& trace) {
  const auto has = [&](const char* key) { return event.is_object() && event.contains(key); };
  if (has("cron")) {
    return fmt::format(
        "cron \"{}\" of {}", shown(event["cron"]), time_of(event.value("scheduledTime", Json())));
  }
  if (has("request")) {
    const auto url = text_at(event["request"], "url");
    return harmless(text_at(event["request"], "method") + " " + (url.empty() ? "(no URL)" : url));
  }
  if (has("mailFrom")) {
    return fmt::format("email from {} to {}, {} bytes",
                       shown(event["mailFrom"]),
                       shown(event.value("rcptTo", Json(""))),
                       shown(event.value("rawSize", Json(0))));
  }
  if (has("scheduledTime")) {
    return fmt::format("alarm of {}", time_of(event["scheduledTime"]));
  }
  if (has("consumedEvents")) {
    std::vector<std::string> scripts;
    for (const auto& consumed : event["consumedEvents"]) {
      const auto script = harmless(text_at(consumed, "scriptName"));
      if (!script.empty() && std::find(scripts.begin(), scripts.end(), script) == scripts.end()) {
        scripts.push_back(script);
      }
    }
    return "tail of " + join(scripts, ", ");
  }
  if (has("queue")) {
    const auto size = event.value("batchSize", Json(0));
    return fmt::format(
        "queue {}, {}",
        shown(event["queue"]),
        counted(size.is_number_unsigned() ? size.get<std::size_t>() : 0, "message", "messages"));
  }
  if (has("rpcMethod")) {
    return fmt::format(
        "call of {}.{}", shown(trace.value("entrypoint", Json("default"))), shown(event["rpcMethod"]));
  }
  return "event";
}

/// A log line can be several values of console.log, each on as many lines as it has.
void append_logs(const Json& trace, std::vector<std::string>& lines) {
  const auto logs = trace.value("logs", Json::array());
  for (const auto& log : logs.is_array() ? logs : Json::array()) {
    std::vector<std::string> words;
    const auto message = log.is_object() ? log.value("message", Json()) : Json();
    for (const auto& value : message.is_array() ? message : Json::array({message})) {
      words.push_back(shown(value));
    }
    lines.push_back(fmt::format(
        "  ({}) {}", harmless(text_at(log, "level")), replace_all(join(words, " "), "\n", "\n    ")));
  }
}

void append_exceptions(const Json& trace, std::vector<std::string>& lines) {
  const auto exceptions = trace.value("exceptions", Json::array());
  for (const auto& exception : exceptions.is_array() ? exceptions : Json::array()) {
    if (!exception.is_object()) {
      continue;
    }
    auto text = fmt::format(
        "{}: {}", harmless(text_at(exception, "name")), shown(exception.value("message", Json(""))));
    if (const auto stack = harmless(text_at(exception, "stack")); !stack.empty()) {
      text += "\n" + stack;
    }
    lines.push_back("  " + replace_all(text, "\n", "\n    "));
  }
}

std::string tails_path(const std::string& account, const std::string& script) {
  return account_path(account) + "/workers/scripts/" + script + "/tails";
}

} // namespace

Json filters_json(const TailFilters& filters) {
  auto list = Json::array();
  if (filters.sampling_rate) {
    list.push_back({{"sampling_rate", *filters.sampling_rate}});
  }
  if (!filters.statuses.empty()) {
    auto outcomes = Json::array();
    for (const auto& status : filters.statuses) {
      const auto stands_for =
          status == "error"
              ? std::vector<std::string>{"exception", "exceededCpu", "exceededMemory", "unknown"}
              : std::vector<std::string>{status};
      for (const auto& outcome : stands_for) {
        if (std::find(outcomes.begin(), outcomes.end(), outcome) == outcomes.end()) {
          outcomes.push_back(outcome);
        }
      }
    }
    list.push_back({{"outcome", outcomes}});
  }
  if (!filters.methods.empty()) {
    list.push_back({{"method", filters.methods}});
  }
  if (filters.header) {
    const auto colon = filters.header->find(':');
    Json header = {{"key", std::string(trim(filters.header->substr(0, colon)))}};
    if (colon != std::string::npos) {
      header["query"] = std::string(trim(filters.header->substr(colon + 1)));
    }
    list.push_back({{"header", header}});
  }
  if (!filters.addresses.empty()) {
    list.push_back({{"client_ip", filters.addresses}});
  }
  if (filters.search) {
    list.push_back({{"query", *filters.search}});
  }
  if (filters.version) {
    list.push_back({{"scriptVersion", *filters.version}});
  }
  return {{"filters", list}};
}

Result<Tail>
create_tail(Api& api, const std::string& account, const std::string& script, const TailFilters& filters) {
  PYW_TRY_ASSIGN(const auto made,
                 api.require(with_json("POST", tails_path(account, script), filters_json(filters))));
  return Tail{text_at(made, "id"), text_at(made, "url"), text_at(made, "expires_at")};
}

Result<void>
delete_tail(Api& api, const std::string& account, const std::string& script, const std::string& id) {
  auto call = get(tails_path(account, script) + "/" + id);
  call.method = "DELETE";
  PYW_TRY(api.require(call));
  return {};
}

std::vector<std::string> describe_event(const Json& event) {
  if (!event.is_object()) {
    return {shown(event)};
  }
  const auto cause = event.value("event", Json());
  if (cause.is_object() && cause.contains("message") && cause.contains("type")) {
    return {shown(cause["message"])}; // of the tail itself: too many events, or no longer
  }
  std::vector<std::string> lines{fmt::format("{}  {} - {}",
                                             time_of(event.value("eventTimestamp", Json())),
                                             what_happened(cause, event),
                                             outcome_words(text_at(event, "outcome")))};
  append_logs(event, lines);
  append_exceptions(event, lines);
  return lines;
}

Result<std::string> worker_of_route(Api& api, const std::string& account, const std::string& pattern) {
  config::Route route;
  route.pattern = pattern;
  ZoneFinder zones(api, account);
  PYW_TRY_ASSIGN(const auto zone, zones.zone_of(route));
  if (!zone) {
    return failure(user_error(fmt::format("the route `{}` names no host", pattern)));
  }
  PYW_TRY_ASSIGN(const auto routes, api.require(get("/zones/" + *zone + "/workers/routes")));
  std::vector<std::string> known;
  for (const auto& item : routes.is_array() ? routes : Json::array()) {
    if (text_at(item, "pattern") == pattern && !text_at(item, "script").empty()) {
      return text_at(item, "script");
    }
    known.push_back(text_at(item, "pattern"));
  }
  return failure(user_error(fmt::format("no Worker serves the route `{}`", pattern),
                            known.empty()
                                ? std::vector<std::string>{}
                                : std::vector<std::string>{"the zone's routes: " + join(known, ", ")}));
}

} // namespace pyw::cloud
