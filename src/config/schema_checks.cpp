#include <base/text.hpp>
#include <config/schema_checks.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace pyw::config {

namespace {

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_identifier(std::string_view text) {
  const auto is_part = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '$' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
  };
  return !text.empty() && !is_digit(text.front()) && std::all_of(text.begin(), text.end(), is_part);
}

std::optional<int> to_number(std::string_view text) {
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? std::optional(value)
                                                                             : std::nullopt;
}

bool is_filled_text(const Value* value) {
  return value != nullptr && value->is(Value::Kind::string) && !value->text().empty();
}

} // namespace

std::optional<Complaint> check_worker_name(const Value& name) {
  const auto& text = name.text();
  const auto fits = [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; };
  if (text.empty() || (text.front() != '-' && std::all_of(text.begin(), text.end(), fits))) {
    return std::nullopt;
  }
  auto proposal = to_lower(text);
  std::replace_if(proposal.begin(), proposal.end(), [&](char c) { return !fits(c); }, '-');
  proposal.erase(0, proposal.find_first_not_of('-'));
  proposal.erase(proposal.find_last_not_of('-') + 1);
  return Complaint{"may hold only lower-case letters, digits, `-` and `_`, and not start with `-`",
                   proposal.empty() ? "" : fmt::format("`{}` would do", proposal)};
}

std::optional<Complaint> check_date(const Value& date) {
  const auto& text = date.text();
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const auto year = shaped ? to_number(text.substr(0, 4)) : std::nullopt;
  const auto month = shaped ? to_number(text.substr(5, 2)) : std::nullopt;
  const auto day = shaped ? to_number(text.substr(8, 2)) : std::nullopt;
  if (!year || !month || !day) {
    return Complaint{"must be a date written YYYY-MM-DD",
                     text.find("\xE2\x80") != std::string::npos ? "use plain hyphens, not dashes"
                                                                : "like \"2026-10-01\""};
  }
  static constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  const bool month_exists = *month >= 1 && *month <= 12;
  const int last =
      month_exists ? days[static_cast<std::size_t>(*month - 1)] + (leap && *month == 2 ? 1 : 0) : 0;
  if (*day < 1 || *day > last) {
    return Complaint{"is a day that does not exist"};
  }
  return std::nullopt;
}

std::optional<Complaint> check_bucket_name(const Value& name) {
  const auto& text = name.text();
  const bool fits =
      text.size() >= 3 && text.size() <= 63 && is_lower_or_digit(text.front()) &&
      is_lower_or_digit(text.back()) &&
      std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
  return fits ? std::nullopt
              : std::optional(Complaint{
                    "is no bucket name",
                    "3 to 63 lower-case letters, digits and hyphens, with no hyphen at either end"});
}

std::optional<Complaint> check_workflow_name(const Value& name) {
  const auto& text = name.text();
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; };
  if (!text.empty() && text.size() <= 64 && text.front() != '-' &&
      std::all_of(text.begin(), text.end(), fits)) {
    return std::nullopt;
  }
  return Complaint{"is no workflow name", "1 to 64 letters, digits, `_` and `-`, not starting with `-`"};
}

std::optional<Complaint> check_not_empty(const Value& text) {
  return text.text().empty() ? std::optional(Complaint{"is empty"}) : std::nullopt;
}

std::optional<Complaint> check_binding_name(const Value& name) {
  if (name.text().empty()) {
    return Complaint{"is empty"};
  }
  if (!is_identifier(name.text())) {
    return Complaint{fmt::format("is `{}`, which `env.NAME` cannot reach", name.text()),
                     "use letters, digits and `_`",
                     Severity::warning};
  }
  return std::nullopt;
}

std::optional<Complaint> check_class_name(const Value& name) {
  return is_identifier(name.text())
             ? std::nullopt
             : std::optional(Complaint{"is no class name", "it is the name of a Python class in the Worker"});
}

namespace {

struct CronField {
  std::string_view name;
  int least;
  int most;
};

constexpr std::array<CronField, 5> cron_fields{{{"minute", 0, 59},
                                                {"hour", 0, 23},
                                                {"day of the month", 1, 31},
                                                {"month", 1, 12},
                                                {"day of the week", 0, 7}}};

/// Words (MON, JAN) and the signs L, W and # are left to the platform; numbers must be in their range.
bool cron_field_fits(std::string_view field, const CronField& limits) {
  if (field.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*/,-#?") !=
      std::string_view::npos) {
    return false;
  }
  for (const auto item : split(field, ',')) {
    const auto range = item.substr(0, item.find('/'));
    const auto step = range.size() < item.size() ? item.substr(range.size() + 1) : std::string_view("1");
    if (range.empty() || to_number(step).value_or(0) < 1) {
      return false;
    }
    for (const auto bound : split(range, '-')) {
      const auto number = to_number(bound);
      if (bound.empty() || (number && (*number < limits.least || *number > limits.most))) {
        return false;
      }
    }
  }
  return true;
}

} // namespace

std::optional<Complaint> check_cron(const Value& expression) {
  const auto fields = split_words(expression.text());
  if (fields.size() != cron_fields.size()) {
    return Complaint{
        fmt::format("has {}, a cron expression has five", counted(fields.size(), "field", "fields")),
        "minute, hour, day of the month, month, day of the week: `*/5 * * * *`"};
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!cron_field_fits(fields[i], cron_fields[i])) {
      return Complaint{fmt::format("has `{}` for the {}", fields[i], cron_fields[i].name),
                       fmt::format("numbers from {} to {}, `*`, lists, ranges and steps like `*/5`",
                                   cron_fields[i].least,
                                   cron_fields[i].most)};
    }
  }
  return std::nullopt;
}

std::optional<Complaint> check_route(const Value& route) {
  const auto has = [&](std::string_view key) { return route.find(key) != nullptr; };
  if (has("zone_id") && has("zone_name")) {
    return Complaint{"has both `zone_id` and `zone_name`", "one of them is enough"};
  }
  if (!has("zone_id") && !has("zone_name") && !has("custom_domain")) {
    return Complaint{"names no zone",
                     "add `zone_name`, `zone_id` or `custom_domain`, or write just the pattern as a string"};
  }
  if ((has("enabled") || has("previews_enabled")) && !has("custom_domain")) {
    return Complaint{"has `enabled` or `previews_enabled`, which belong to a `custom_domain`"};
  }
  const auto* custom = route.find("custom_domain");
  const auto* pattern = route.find("pattern");
  if (custom != nullptr && custom->is(Value::Kind::boolean) && custom->boolean() && is_filled_text(pattern) &&
      pattern->text().find_first_of("*/") != std::string::npos) {
    return Complaint{"is a custom domain with a path or `*` in its pattern",
                     "a custom domain is a whole host name, like `app.example.com`"};
  }
  return std::nullopt;
}

std::optional<Complaint> check_placement(const Value& placement) {
  const auto* mode = placement.find("mode");
  const auto mode_text = mode != nullptr && mode->is(Value::Kind::string) ? mode->text() : std::string();
  const auto targets = static_cast<int>(placement.find("region") != nullptr) +
                       static_cast<int>(placement.find("host") != nullptr) +
                       static_cast<int>(placement.find("hostname") != nullptr);
  if (targets > 1) {
    return Complaint{"has more than one of `region`, `host` and `hostname`"};
  }
  if (placement.find("hint") != nullptr && (targets > 0 || mode_text != "smart")) {
    return Complaint{"has a `hint`, which belongs to mode `smart`"};
  }
  if (targets > 0 && mode != nullptr && mode_text != "targeted") {
    return Complaint{"names a target, which belongs to mode `targeted`"};
  }
  if (targets == 0 && mode_text == "targeted") {
    return Complaint{"names no target", "add `region`, `host` or `hostname`"};
  }
  if (targets == 0 && mode == nullptr) {
    return Complaint{"needs the key `mode`"};
  }
  return std::nullopt;
}

std::optional<Complaint> check_durable_object(const Value& binding) {
  if (binding.find("environment") != nullptr && binding.find("script_name") == nullptr) {
    return Complaint{"has an `environment` but no `script_name`",
                     "an environment is one of another Worker: add its `script_name`"};
  }
  return std::nullopt;
}

std::optional<Complaint> check_pipeline(const Value& binding) {
  if (is_filled_text(binding.find("stream"))) {
    return std::nullopt;
  }
  return is_filled_text(binding.find("pipeline")) ? Complaint{"uses `pipeline`, the older name of `stream`",
                                                              "rename the key to `stream`",
                                                              Severity::warning}
                                                  : Complaint{"needs the key `stream`"};
}

namespace {

std::optional<Complaint> check_durable_object_export(const Value& entry) {
  const auto* state = entry.find("state");
  const auto state_text =
      state != nullptr && state->is(Value::Kind::string) ? state->text() : std::string("created");

  struct Rule {
    std::string_view state;
    std::string_view needs;
  };

  static constexpr std::array<Rule, 5> rules{{{"created", "storage"},
                                              {"expecting-transfer", "storage"},
                                              {"expecting-transfer", "transfer_from"},
                                              {"renamed", "renamed_to"},
                                              {"transferred", "transferred_to"}}};
  for (const auto& rule : rules) {
    if (rule.state == state_text && !is_filled_text(entry.find(rule.needs))) {
      return Complaint{fmt::format("needs the key `{}`", rule.needs),
                       rule.needs == "storage" ? "add `storage`: `sqlite` for every new class" : ""};
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<Complaint> check_export(const Value& entry) {
  const auto* type = entry.find("type");
  if (type == nullptr || !type->is(Value::Kind::string)) {
    return std::nullopt;
  }
  if (type->text() == "durable-object") {
    return check_durable_object_export(entry);
  }
  if (type->text() == "workflow" && !is_filled_text(entry.find("name"))) {
    return Complaint{"needs the key `name`", "a workflow has a name of its own"};
  }
  return std::nullopt;
}

std::optional<Complaint> check_observability(const Value& settings) {
  const auto says = [&](std::string_view section) {
    const auto* table = section.empty() ? &settings : settings.find(section);
    return table != nullptr && table->find("enabled") != nullptr;
  };
  if (says("") || says("logs") || says("traces") || says("issues")) {
    return std::nullopt;
  }
  return Complaint{"needs the key `enabled`", "or `enabled` in `logs`, `traces` or `issues`"};
}

std::optional<Complaint> check_rate_limit_period(const Value& period) {
  return period.integer() == 10 || period.integer() == 60
             ? std::nullopt
             : std::optional(Complaint{"must be 10 or 60 (seconds)"});
}

std::optional<Complaint> check_variable(const Value& value) {
  const auto holds_date = [](const auto& self, const Value& inner) -> bool {
    return inner.is(Value::Kind::date_time) ||
           std::any_of(inner.items().begin(),
                       inner.items().end(),
                       [&](const auto& item) { return self(self, item); }) ||
           std::any_of(inner.entries().begin(), inner.entries().end(), [&](const auto& entry) {
             return self(self, entry.value);
           });
  };
  if (holds_date(holds_date, value)) {
    return Complaint{value.is(Value::Kind::date_time) ? "is a TOML date, which a Worker cannot be given"
                                                      : "holds a TOML date, which a Worker cannot be given",
                     "put it in quotes: it arrives as a string"};
  }
  return std::nullopt;
}

} // namespace pyw::config
