// Several pyw at once take turns: an advisory lock on a file, freed by the kernel when its holder dies.
#pragma once

#include <base/filesystem.hpp>
#include <base/unique_fd.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace pyw {

class FileLock {
public:
  /// Waits for the lock; `on_wait` is called once when somebody else holds it. The file is made if needed
  /// and never removed (removing it would let two holders in).
  [[nodiscard]] static Result<FileLock> acquire(const Path& path, const std::function<void()>& on_wait = {});

  /// Several may hold it so at once, and nobody holds it alone meanwhile.
  [[nodiscard]] static Result<FileLock> acquire_shared(const Path& path);

  /// nullopt when somebody else holds it, for longer than `patience`: a child of a killed holder has its lock
  /// too, from fork(2) until it calls execve(2) or dies.
  [[nodiscard]] static Result<std::optional<FileLock>>
  try_acquire(const Path& path, std::chrono::milliseconds patience = std::chrono::seconds(1));

private:
  explicit FileLock(UniqueFd descriptor) : m_descriptor(std::move(descriptor)) {}

  UniqueFd m_descriptor;
};

} // namespace pyw
