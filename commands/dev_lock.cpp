#include <commands/dev_lock.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace pyw::commands {

namespace {

Path note_of(const Path& state_directory) {
  return state_directory / "dev.json";
}

std::string describe(const std::optional<DevLock::Holder>& holder) {
  if (!holder) {
    return "another pyw";
  }
  return holder->port == 0 ? fmt::format("another pyw (pid {})", holder->pid)
                           : fmt::format("pyw dev (pid {}, port {})", holder->pid, holder->port);
}

std::string note_text(std::uint16_t port) {
  return nlohmann::ordered_json{{"pid", ::getpid()}, {"port", port}}.dump() + "\n";
}

} // namespace

Result<DevLock> DevLock::acquire(const Path& state_directory, FileSystem& files) {
  PYW_TRY_ASSIGN(auto lock, FileLock::try_acquire(state_directory / "dev.lock"));
  if (!lock) {
    PYW_TRY_ASSIGN(const auto other, holder(state_directory, files));
    return failure(user_error(fmt::format("`{}` is in use by {}", state_directory.string(), describe(other)),
                              {"stop it, or keep this one's data elsewhere: `--persist-to DIR`"}));
  }
  DevLock held(std::move(*lock), note_of(state_directory));
  PYW_TRY(files.write(held.m_note, note_text(0)));
  return held;
}

Result<std::optional<DevLock::Holder>> DevLock::holder(const Path& state_directory,
                                                       const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto text, files.read_if_exists(note_of(state_directory)));
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  return Holder{json.value("pid", 0), json.value("port", std::uint16_t{0})};
}

Result<void> DevLock::tell_port(std::uint16_t port, FileSystem& files) const {
  return files.write(m_note, note_text(port));
}

} // namespace pyw::commands
