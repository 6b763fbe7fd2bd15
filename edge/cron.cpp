#include <base/text.hpp>
#include <edge/cron.hpp>

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>

namespace pyw::edge {

namespace {

using namespace std::chrono;

struct Field {
  int first;
  int last;
  std::array<std::string_view, 13> names = {}; ///< of the values, from `first` on
};

const Field minutes_field{0, 59};
const Field hours_field{0, 23};
const Field days_field{1, 31};
const Field months_field{
    1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}};
const Field weekdays_field{1, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}};

std::optional<int> value_of(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (!text.empty() && field.names[i] == text) {
      return field.first + static_cast<int>(i);
    }
  }
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && value >= field.first && value <= field.last ? std::optional(value) : std::nullopt;
}

/// One item of a list: `*`, `5`, `1-5`, each perhaps with `/2`. nullopt: it is none.
std::optional<bool> matches_item(const Field& field, std::string_view item, int now) {
  int step = 1;
  const auto slash = item.find('/');
  if (slash != std::string_view::npos) {
    const auto text = item.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc{} || end != text.data() + text.size() || step < 1) {
      return std::nullopt;
    }
    item = item.substr(0, slash);
  }
  auto first = std::optional(field.first);
  auto last = std::optional(field.last);
  if (item != "*") {
    const auto dash = item.find('-');
    first = value_of(field, item.substr(0, dash));
    if (dash != std::string_view::npos) {
      last = value_of(field, item.substr(dash + 1));
    } else if (slash == std::string_view::npos) {
      last = first;
    }
  }
  if (!first || !last || *first > *last) {
    return std::nullopt;
  }
  return now >= *first && now <= *last && (now - *first) % step == 0;
}

struct Day {
  int day;      ///< of the month
  int weekday;  ///< 1 is Sunday
  int last_day; ///< of the month
  int first_weekday;
};

/// The working day nearest to `day`, in the same month.
int nearest_workday(int day, const Day& now) {
  const int weekday = (now.first_weekday - 1 + day - 1) % 7 + 1;
  if (weekday == 7) { // a Saturday
    return day > 1 ? day - 1 : day + 2;
  }
  if (weekday == 1) { // a Sunday
    return day < now.last_day ? day + 1 : day - 2;
  }
  return day;
}

std::optional<bool> matches_day(std::string_view item, const Day& now) {
  if (item == "l") {
    return now.day == now.last_day;
  }
  if (item == "lw") {
    return now.day == nearest_workday(now.last_day, now);
  }
  if (item.ends_with('w')) {
    const auto day = value_of(days_field, item.substr(0, item.size() - 1));
    return day ? std::optional(*day <= now.last_day && now.day == nearest_workday(*day, now)) : std::nullopt;
  }
  return matches_item(days_field, item, now.day);
}

std::optional<bool> matches_weekday(std::string_view item, const Day& now) {
  const auto hash = item.find('#');
  if (hash != std::string_view::npos) {
    const auto weekday = value_of(weekdays_field, item.substr(0, hash));
    const auto which = value_of({1, 5}, item.substr(hash + 1));
    return weekday && which ? std::optional(now.weekday == *weekday && (now.day - 1) / 7 + 1 == *which)
                            : std::nullopt;
  }
  if (item == "l") {
    return now.weekday == 7;
  }
  if (item.size() > 1 && item.ends_with('l')) {
    const auto weekday = value_of(weekdays_field, item.substr(0, item.size() - 1));
    return weekday ? std::optional(now.weekday == *weekday && now.day + 7 > now.last_day) : std::nullopt;
  }
  return matches_item(weekdays_field, item, now.weekday);
}

template <typename Match>
std::optional<bool> matches_list(std::string_view list, Match match) {
  bool any = false;
  for (const auto& item : split(list, ',')) {
    const std::optional<bool> matched = match(std::string_view(item));
    if (!matched) {
      return std::nullopt;
    }
    any = any || *matched;
  }
  return any;
}

} // namespace

Result<bool> cron_matches(std::string_view expression, sys_seconds minute) {
  const auto refused = [&] {
    return failure(user_error(fmt::format("`{}` is no cron expression", expression)));
  };
  std::vector<std::string> fields;
  const auto lower = to_lower(std::string(expression));
  for (const auto& word : split(lower, ' ')) {
    if (!word.empty()) {
      fields.emplace_back(word);
    }
  }
  if (fields.size() != 5) {
    return refused();
  }
  const auto date = floor<days>(minute);
  const year_month_day ymd(date);
  const hh_mm_ss time(minute - date);
  Day now{};
  now.day = static_cast<int>(static_cast<unsigned>(ymd.day()));
  now.weekday = static_cast<int>(weekday(date).c_encoding()) + 1;
  now.last_day = static_cast<int>(static_cast<unsigned>((ymd.year() / ymd.month() / last).day()));
  now.first_weekday = static_cast<int>(weekday(sys_days(ymd.year() / ymd.month() / 1)).c_encoding()) + 1;
  const auto plain = [](const Field& field, int value) {
    return [&field, value](std::string_view item) { return matches_item(field, item, value); };
  };
  const std::array<std::optional<bool>, 5> matched{
      matches_list(fields[0], plain(minutes_field, static_cast<int>(time.minutes().count()))),
      matches_list(fields[1], plain(hours_field, static_cast<int>(time.hours().count()))),
      matches_list(fields[2], [&](std::string_view item) { return matches_day(item, now); }),
      matches_list(fields[3], plain(months_field, static_cast<int>(static_cast<unsigned>(ymd.month())))),
      matches_list(fields[4], [&](std::string_view item) { return matches_weekday(item, now); })};
  for (const auto& field : matched) {
    if (!field) {
      return refused();
    }
  }
  // As in cron since 1979: where both days are restricted, either will do.
  const bool either = fields[2] != "*" && fields[4] != "*";
  const bool day = either ? *matched[2] || *matched[4] : *matched[2] && *matched[4];
  return *matched[0] && *matched[1] && *matched[3] && day;
}

} // namespace pyw::edge
