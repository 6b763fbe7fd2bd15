#include <cloud/timestamp.hpp>

#include <fmt/core.h>

#include <charconv>
#include <ctime>

namespace pyw::cloud {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

/// Takes a text apart from the left.
class Reader {
public:
  explicit Reader(std::string_view text) : m_text(text) {}

  /// Exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    int value = 0;
    const auto* end = m_text.data() + count;
    if (m_text.size() < count || m_text.front() == '-' || m_text.front() == '+' ||
        std::from_chars(m_text.data(), end, value).ptr != end) {
      return std::nullopt;
    }
    m_text.remove_prefix(count);
    return value;
  }

  bool take(char c) {
    if (m_text.empty() || m_text.front() != c) {
      return false;
    }
    m_text.remove_prefix(1);
    return true;
  }

  /// The digits behind a point, as milliseconds.
  std::optional<milliseconds> fraction() {
    int value = 0;
    int weight = 100;
    std::size_t count = 0;
    while (count < m_text.size() && m_text[count] >= '0' && m_text[count] <= '9') {
      value += (m_text[count] - '0') * weight;
      weight /= 10;
      ++count;
    }
    m_text.remove_prefix(count);
    return count == 0 ? std::nullopt : std::optional(milliseconds(value));
  }

  [[nodiscard]] bool at_end() const { return m_text.empty(); }

private:
  std::string_view m_text;
};

/// "T10:00:00.5": since midnight.
std::optional<milliseconds> time_of_day(Reader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(':')) {
    return std::nullopt;
  }
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  milliseconds sum = std::chrono::hours(*hour) + minutes(*minute);
  if (!reader.take(':')) {
    return sum;
  }
  const auto second = reader.digits(2);
  if (!second || *second > 59) {
    return std::nullopt;
  }
  sum += std::chrono::seconds(*second);
  if (reader.take('.')) {
    const auto fraction = reader.fraction();
    return fraction ? std::optional(sum + *fraction) : std::nullopt;
  }
  return sum;
}

/// "Z", "+01:00", "-0530", "+02", or nothing: what must be taken off to be at UTC.
std::optional<minutes> offset(Reader& reader) {
  if (reader.at_end() || reader.take('Z') || reader.take('z')) {
    return minutes(0);
  }
  const bool west = reader.take('-');
  if (!west && !reader.take('+')) {
    return std::nullopt;
  }
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23) {
    return std::nullopt;
  }
  reader.take(':');
  const auto minute = reader.at_end() ? std::optional(0) : reader.digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  const auto sum = std::chrono::hours(*hour) + minutes(*minute);
  return west ? -sum : sum;
}

std::optional<Time> day_of(Reader& reader) {
  const auto year = reader.digits(4);
  const bool first = reader.take('-');
  const auto month = reader.digits(2);
  const bool second = reader.take('-');
  const auto day = reader.digits(2);
  if (!year || !first || !month || !second || !day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional<Time>(std::chrono::sys_days(date)) : std::nullopt;
}

} // namespace

std::string iso_timestamp(Time time) {
  const auto since_epoch = std::chrono::floor<milliseconds>(time.time_since_epoch());
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t seconds = whole.count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", text, (since_epoch - whole).count());
}

std::optional<Time> parse_timestamp(std::string_view text) {
  Reader reader(text);
  const auto day = day_of(reader);
  if (!day || reader.at_end()) {
    return day;
  }
  if (!reader.take('T')) {
    return std::nullopt;
  }
  const auto time = time_of_day(reader);
  const auto away = time ? offset(reader) : std::nullopt;
  return away && reader.at_end() ? std::optional(*day + *time - *away) : std::nullopt;
}

} // namespace pyw::cloud
