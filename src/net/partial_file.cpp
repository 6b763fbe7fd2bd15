#include <base/real_filesystem.hpp>
#include <net/partial_file.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace pyw::net {

Result<PartialFile> PartialFile::open(const Path& path) {
  RealFileSystem files;
  PYW_TRY(files.make_directories(path.parent_path()));
  UniqueFd descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!descriptor.valid()) {
    return failure(system_error(fmt::format("cannot write `{}`", path.string()), errno));
  }
  // Two writers would spoil each other's bytes; who downloads to a shared place locks it first.
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    return failure(user_error(fmt::format("another process downloads to `{}`", path.string()),
                              {"wait until it has ended"}));
  }
  PartialFile partial(path, std::move(descriptor));
  const auto text = files.read_if_exists(partial.record_path());
  if (text && *text) {
    partial.m_record = parse_partial_record(**text);
  }
  const auto end = ::lseek(partial.m_file.get(), 0, SEEK_END);
  if (!partial.m_record || end < 0) {
    PYW_TRY(partial.forget());
    return partial;
  }
  partial.m_size = static_cast<std::uint64_t>(end);
  if (partial.m_record->total > 0 && partial.m_size > partial.m_record->total) {
    PYW_TRY(partial.forget());
  }
  return partial;
}

Result<void> PartialFile::truncate() {
  if (::ftruncate(m_file.get(), 0) != 0 || ::lseek(m_file.get(), 0, SEEK_SET) != 0) {
    return failure(system_error(fmt::format("cannot write `{}`", m_path.string()), errno));
  }
  m_size = 0;
  return {};
}

Result<void> PartialFile::forget() {
  m_record = std::nullopt;
  PYW_TRY(RealFileSystem{}.remove_all(record_path()));
  return truncate();
}

Result<void> PartialFile::restart(const HttpResponse& response) {
  // The old record goes first: killed in between, bytes are without a record, never under a wrong one.
  PYW_TRY(forget());
  if (auto record = record_of(response)) {
    PYW_TRY(RealFileSystem{}.write(record_path(), to_text(*record)));
    m_record = std::move(record);
  }
  return {};
}

Result<void> PartialFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(m_file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return failure(system_error(fmt::format("cannot write `{}`", m_path.string()), errno));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    m_size += static_cast<std::uint64_t>(written);
  }
  return {};
}

} // namespace pyw::net
