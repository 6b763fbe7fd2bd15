// One process a state folder: two of them would open the same Durable Objects.
#pragma once

#include <base/file_lock.hpp>
#include <base/filesystem.hpp>

#include <cstdint>
#include <optional>

namespace pyw::commands {

class DevLock {
public:
  struct Holder {
    int pid = 0;
    std::uint16_t port = 0; ///< where its `pyw dev` answers; 0 before it listens, and for other commands
  };

  /// Fails, with the pid and the port of the other one, when the folder is in use.
  [[nodiscard]] static Result<DevLock> acquire(const Path& state_directory, FileSystem& files);

  /// What the holder of the lock wrote down; nullopt when nothing was. It may have ended since.
  [[nodiscard]] static Result<std::optional<Holder>> holder(const Path& state_directory,
                                                            const ReadOnlyFileSystem& files);

  /// Writes down where this one answers.
  [[nodiscard]] Result<void> tell_port(std::uint16_t port, FileSystem& files) const;

private:
  DevLock(FileLock lock, Path note) : m_lock(std::move(lock)), m_note(std::move(note)) {}

  FileLock m_lock;
  Path m_note;
};

} // namespace pyw::commands
