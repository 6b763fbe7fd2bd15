#include <base/text.hpp>
#include <edge/tail_filters.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

/// Enough for what people type; each run is compared with all of them.
constexpr std::size_t most_values = 50;

Error bad_filter(std::string_view name, std::string_view wanted) {
  return user_error(fmt::format("the filter `{}` takes {}", name, wanted));
}

Result<std::vector<std::string>> texts_of(const Json& value, std::string_view name) {
  const bool fits =
      value.is_array() && !value.empty() && value.size() <= most_values &&
      std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
  if (!fits) {
    return failure(bad_filter(name, "a list of texts"));
  }
  return value.get<std::vector<std::string>>();
}

Result<void>
read_filter(const std::string& name, const Json& value, std::string_view caller, TailFilters& out) {
  if (name == "sampling_rate") {
    if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 1) {
      return failure(bad_filter(name, "a number between 0 and 1"));
    }
    out.sampling_rate = value.get<double>();
  } else if (name == "outcome") {
    PYW_TRY_ASSIGN(out.outcomes, texts_of(value, name));
  } else if (name == "method") {
    PYW_TRY_ASSIGN(out.methods, texts_of(value, name));
    for (auto& method : out.methods) {
      std::transform(method.begin(), method.end(), method.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
    }
  } else if (name == "client_ip") {
    PYW_TRY_ASSIGN(out.addresses, texts_of(value, name));
    std::replace(out.addresses.begin(), out.addresses.end(), std::string("self"), std::string(caller));
  } else if (name == "header") {
    if (text_at(value, "key").empty() || (value.contains("query") && !value["query"].is_string())) {
      return failure(bad_filter(name, "an object with `key` and, if wanted, `query`"));
    }
    out.headers.push_back({to_lower(text_at(value, "key")),
                           value.contains("query") ? std::optional(text_at(value, "query")) : std::nullopt});
  } else if (name == "query" || name == "scriptVersion") {
    if (!value.is_string()) {
      return failure(bad_filter(name, "a text"));
    }
    (name == "query" ? out.texts : out.versions).push_back(value.get<std::string>());
  } else {
    return failure(user_error(fmt::format("there is no filter `{}`", name)));
  }
  return {};
}

bool has(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool has_header(const Json& headers, const TailFilters::Header& wanted) {
  for (const auto& [name, value] : headers.items()) {
    if (to_lower(name) == wanted.name) {
      return !wanted.value_has || (value.is_string() && value.get_ref<const std::string&>().find(
                                                            *wanted.value_has) != std::string::npos);
    }
  }
  return false;
}

bool has_text(const Json& value, const std::string& text) {
  if (value.is_string()) {
    return value.get_ref<const std::string&>().find(text) != std::string::npos;
  }
  return value.dump(-1, ' ', false, Json::error_handler_t::replace).find(text) != std::string::npos;
}

bool is_logged(const Json& event, const std::string& text) {
  const auto logs = array_at(event, "logs");
  return std::any_of(logs.begin(), logs.end(), [&](const Json& log) {
    const auto words = array_at(log, "message");
    return std::any_of(words.begin(), words.end(), [&](const Json& word) { return has_text(word, text); });
  });
}

} // namespace

Result<TailFilters> read_tail_filters(const Json& body, std::string_view caller) {
  TailFilters out;
  if (body.is_discarded() || body.is_null()) {
    return out;
  }
  const auto filters = body.is_object() ? body.value("filters", Json::array()) : body;
  if (!filters.is_array() || filters.size() > most_values) {
    return failure(user_error("`filters` takes a list of objects"));
  }
  for (const auto& filter : filters) {
    if (!filter.is_object()) {
      return failure(user_error("`filters` takes a list of objects"));
    }
    for (const auto& [name, value] : filter.items()) {
      PYW_TRY(read_filter(name, value, caller, out));
    }
  }
  return out;
}

std::optional<std::string_view> filtered_by(const TailFilters& filters, const Json& event, double chance) {
  if (filters.sampling_rate && chance >= *filters.sampling_rate) {
    return "sampling_rate";
  }
  if (!filters.outcomes.empty() && !has(filters.outcomes, text_at(event, "outcome"))) {
    return "outcome";
  }
  const auto request = object_at(object_at(event, "event"), "request");
  if (!filters.methods.empty() && !has(filters.methods, text_at(request, "method"))) {
    return "method";
  }
  const auto headers = object_at(request, "headers");
  for (const auto& wanted : filters.headers) {
    if (!has_header(headers, wanted)) {
      return "header";
    }
  }
  if (!filters.addresses.empty() && !has(filters.addresses, text_at(headers, "cf-connecting-ip"))) {
    return "client_ip";
  }
  for (const auto& text : filters.texts) {
    if (!is_logged(event, text)) {
      return "query";
    }
  }
  if (!filters.versions.empty() && !has(filters.versions, text_at(object_at(event, "scriptVersion"), "id"))) {
    return "scriptVersion";
  }
  return std::nullopt;
}

} // namespace pyw::edge
