#include <base/text.hpp>
#include <commands/dev_lock.hpp>

#include <fmt/core.h>
#include <unistd.h>

namespace pyw::commands {

Result<DevLock> DevLock::acquire(const Path& state_directory, FileSystem& files) {
  const auto note = state_directory / "dev.txt";
  PYW_TRY_ASSIGN(auto lock, FileLock::try_acquire(state_directory / "dev.lock"));
  if (!lock) {
    const auto holder = files.read_if_exists(note);
    const auto who = holder && *holder ? std::string(trim(**holder)) : std::string("another pyw dev");
    return failure(user_error(fmt::format("`{}` is in use by {}", state_directory.string(), who),
                              {"stop it, or keep this one's data elsewhere: `pyw dev --persist-to DIR`"}));
  }
  DevLock held(std::move(*lock), note);
  PYW_TRY(files.write(note, fmt::format("pyw dev (pid {})\n", ::getpid())));
  return held;
}

Result<void> DevLock::tell_port(std::uint16_t port, FileSystem& files) const {
  return files.write(m_note, fmt::format("pyw dev (pid {}, port {})\n", ::getpid(), port));
}

} // namespace pyw::commands
