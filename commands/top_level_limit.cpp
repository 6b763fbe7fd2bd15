#include <base/text.hpp>
#include <commands/top_level_limit.hpp>
#include <snapshot/build.hpp>

#include <fmt/core.h>

#include <charconv>

namespace pyw::commands {

Result<std::chrono::milliseconds> top_level_limit(const Environment& environment) {
  const auto wanted = environment.get_nonempty("PYW_TOP_LEVEL_TIMEOUT");
  if (!wanted) {
    return snapshot::default_time_limit;
  }
  constexpr double longest = 24 * 60 * 60; // anything longer is a slip, and would not fit a poll(2)
  double seconds = 0;
  const auto text = trim(*wanted);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc{} || end != text.data() + text.size() || !(seconds > 0) || seconds > longest) {
    return failure(usage_error(fmt::format("PYW_TOP_LEVEL_TIMEOUT is `{}`: no number of seconds", *wanted),
                               {"a day at most, with decimals if need be: PYW_TOP_LEVEL_TIMEOUT=90"}));
  }
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

} // namespace pyw::commands
