#include <base/text.hpp>
#include <templates/leftovers.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <optional>

namespace pyw::templates {

namespace {

constexpr std::string_view suffix = ".tmp";

std::optional<pid_t> process_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) ||
      name.size() <= prefix.size() + suffix.size() + 1 || name[prefix.size()] != '.') {
    return std::nullopt;
  }
  const auto digits = name.substr(prefix.size() + 1, name.size() - prefix.size() - 1 - suffix.size());
  pid_t process = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), process);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size() && process > 0;
  return whole ? std::optional(process) : std::nullopt;
}

bool is_running(pid_t process) {
  return ::kill(process, 0) == 0 || errno != ESRCH;
}

} // namespace

std::string unfinished_name(std::string_view prefix) {
  return fmt::format("{}.{}{}", prefix, ::getpid(), suffix);
}

void remove_unfinished(FileSystem& files, const Path& folder, std::string_view prefix) {
  const auto entries = files.list(folder);
  if (!entries) {
    return;
  }
  for (const auto& entry : *entries) {
    const auto process = process_in(entry.name, prefix);
    if (process && !is_running(*process)) {
      static_cast<void>(files.remove_all(folder / entry.name));
    }
  }
}

} // namespace pyw::templates
