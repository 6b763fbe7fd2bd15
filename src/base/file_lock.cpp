#include <base/file_lock.hpp>
#include <base/real_filesystem.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

namespace pyw {

namespace {

Result<UniqueFd> open_lock_file(const Path& path) {
  PYW_TRY(RealFileSystem{}.make_directories(path.parent_path()));
  UniqueFd descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!descriptor.valid()) {
    return failure(system_error(fmt::format("cannot lock `{}`", path.string()), errno));
  }
  return descriptor;
}

Result<UniqueFd> wait_for(const Path& path, int kind) {
  PYW_TRY_ASSIGN(auto descriptor, open_lock_file(path));
  while (::flock(descriptor.get(), kind) != 0) {
    if (errno != EINTR) {
      return failure(system_error(fmt::format("cannot lock `{}`", path.string()), errno));
    }
  }
  return descriptor;
}

} // namespace

Result<std::optional<FileLock>> FileLock::try_acquire(const Path& path, std::chrono::milliseconds patience) {
  PYW_TRY_ASSIGN(auto descriptor, open_lock_file(path));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return failure(system_error(fmt::format("cannot lock `{}`", path.string()), errno));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10)); // flock(2) has no time limit of its own
  }
  return FileLock(std::move(descriptor));
}

Result<FileLock> FileLock::acquire(const Path& path, const std::function<void()>& on_wait) {
  PYW_TRY_ASSIGN(auto lock, try_acquire(path, std::chrono::milliseconds(0)));
  if (lock) {
    return std::move(*lock);
  }
  if (on_wait) {
    on_wait();
  }
  PYW_TRY_ASSIGN(auto descriptor, wait_for(path, LOCK_EX));
  return FileLock(std::move(descriptor));
}

Result<FileLock> FileLock::acquire_shared(const Path& path) {
  PYW_TRY_ASSIGN(auto descriptor, wait_for(path, LOCK_SH));
  return FileLock(std::move(descriptor));
}

} // namespace pyw
