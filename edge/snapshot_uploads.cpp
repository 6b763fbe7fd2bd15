#include <base/hash.hpp>
#include <base/unique_fd.hpp>
#include <edge/snapshot_uploads.hpp>
#include <snapshot/file.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace pyw::edge {

namespace {

std::optional<std::uint64_t> number(std::string_view& text, std::string_view end) {
  std::uint64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || at == text.data()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  if (!text.starts_with(end)) {
    return std::nullopt;
  }
  text.remove_prefix(end.size());
  return value;
}

/// At the end of the file; all of it or an error.
Result<void> append(const Path& file, std::string_view piece) {
  const UniqueFd descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const auto what = fmt::format("cannot write `{}`", file.string());
  if (!descriptor.valid()) {
    return failure(system_error(what, errno));
  }
  while (!piece.empty()) {
    const auto count = ::write(descriptor.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return failure(system_error(what, errno));
    }
    piece.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

} // namespace

std::optional<PieceRange> parse_content_range(std::string_view header) {
  if (!header.starts_with("bytes ")) {
    return std::nullopt;
  }
  header.remove_prefix(6);
  const auto first = number(header, "-");
  const auto last = first ? number(header, "/") : std::nullopt;
  const auto total = last ? number(header, "") : std::nullopt;
  if (!total || !header.empty() || *last < *first || *last >= *total) {
    return std::nullopt;
  }
  return PieceRange{*first, *last, *total};
}

Path SnapshotUploads::part_of(const std::string& account, const std::string& digest) const {
  return m_folder / fmt::format("{}-{}.part", account, digest);
}

Result<std::optional<std::uint64_t>> SnapshotUploads::received(const std::string& account,
                                                               const std::string& digest) const {
  PYW_TRY_ASSIGN(const auto status, m_files.status(part_of(account, digest)));
  return status ? std::optional<std::uint64_t>(status->size) : std::nullopt;
}

Result<SnapshotUploads::Taken> SnapshotUploads::take(const std::string& account,
                                                     const std::string& digest,
                                                     const PieceRange& range,
                                                     std::string_view piece) {
  const std::lock_guard lock(m_mutex);
  PYW_TRY_ASSIGN(const auto hold, m_blobs.hold());
  const auto part = part_of(account, digest);
  PYW_TRY_ASSIGN(const auto before, received(account, digest));
  // A client that begins anew may do so: what is there was of no use to it.
  if (range.first == 0 && before) {
    PYW_TRY(m_files.remove_all(part));
  } else if (range.first != before.value_or(0)) {
    return Taken::out_of_place;
  }
  PYW_TRY(m_files.make_directories(m_folder));
  PYW_TRY(append(part, piece));
  if (range.last + 1 < range.total) {
    return Taken::piece;
  }
  PYW_TRY_ASSIGN(const auto packed, m_files.read(part));
  PYW_TRY(m_files.remove_all(part));
  if (sha256_hex(packed) != digest) {
    return Taken::wrong;
  }
  const auto unpacked = snapshot::unpack_from_transport(packed);
  if (!unpacked || !snapshot::read_snapshot(std::string_view(*unpacked))) {
    return Taken::wrong;
  }
  PYW_TRY(m_blobs.put(packed));
  PYW_TRY(m_blobs.flush());
  return Taken::whole;
}

} // namespace pyw::edge
