// One `pyw dev` a state folder: two of them would open the same Durable Objects.
#pragma once

#include <base/file_lock.hpp>
#include <base/filesystem.hpp>

#include <cstdint>

namespace pyw::commands {

class DevLock {
public:
  /// Fails, with the pid and the port of the other one, when the folder is in use.
  [[nodiscard]] static Result<DevLock> acquire(const Path& state_directory, FileSystem& files);

  /// Writes down where this one answers, for the message of the next.
  [[nodiscard]] Result<void> tell_port(std::uint16_t port, FileSystem& files) const;

private:
  DevLock(FileLock lock, Path note) : m_lock(std::move(lock)), m_note(std::move(note)) {}

  FileLock m_lock;
  Path m_note;
};

} // namespace pyw::commands
