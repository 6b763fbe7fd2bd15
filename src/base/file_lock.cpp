#include <base/file_lock.hpp>
#include <base/real_filesystem.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include <cerrno>

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

} // namespace

Result<std::optional<FileLock>> FileLock::try_acquire(const Path& path) {
  PYW_TRY_ASSIGN(auto descriptor, open_lock_file(path));
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return std::nullopt;
    }
    return failure(system_error(fmt::format("cannot lock `{}`", path.string()), errno));
  }
  return FileLock(std::move(descriptor));
}

Result<FileLock> FileLock::acquire(const Path& path, const std::function<void()>& on_wait) {
  PYW_TRY_ASSIGN(auto lock, try_acquire(path));
  if (lock) {
    return std::move(*lock);
  }
  if (on_wait) {
    on_wait();
  }
  PYW_TRY_ASSIGN(auto descriptor, open_lock_file(path));
  while (::flock(descriptor.get(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return failure(system_error(fmt::format("cannot lock `{}`", path.string()), errno));
    }
  }
  return FileLock(std::move(descriptor));
}

} // namespace pyw
