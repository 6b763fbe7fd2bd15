#include <base/hash.hpp>
#include <base/platform.hpp>
#include <edge/blobs.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::edge {

namespace {

constexpr std::size_t digest_digits = 64;

}

bool is_digest(std::string_view text) {
  return text.size() == digest_digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Path BlobStore::path_of(const std::string& digest) const {
  return m_folder / digest.substr(0, 2) / digest;
}

bool BlobStore::has(const std::string& digest) const {
  return is_digest(digest) && m_files.is_file(path_of(digest));
}

Result<std::optional<FileLock>> BlobStore::hold() const {
  if (m_lock.empty()) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(auto lock, FileLock::acquire_shared(m_lock));
  return std::optional(std::move(lock));
}

Result<bool> BlobStore::keep(const std::string& digest) const {
  PYW_TRY_ASSIGN(const auto lock, hold());
  if (!has(digest)) {
    return false;
  }
  PYW_TRY(m_files.touch(path_of(digest)));
  return true;
}

Result<std::string> BlobStore::put(std::string_view content) {
  auto digest = sha256_hex(content);
  const auto path = path_of(digest);
  PYW_TRY_ASSIGN(const auto kept, keep(digest));
  if (kept && check(digest)) {
    return digest;
  }
  PYW_TRY_ASSIGN(const auto writer, m_files.create(path, 0600));
  PYW_TRY(writer->write(content));
  PYW_TRY(writer->commit());
  return digest;
}

Result<void> BlobStore::flush() const {
  return platform::flush_file_system(m_folder);
}

Result<std::string> BlobStore::read(const std::string& digest) const {
  if (!is_digest(digest)) {
    return failure(internal_error(fmt::format("`{}` is no digest", digest)));
  }
  PYW_TRY_ASSIGN(auto content, m_files.read(path_of(digest)));
  if (sha256_hex(content) != digest) {
    return failure(internal_error(fmt::format("the stored blob {} is damaged", digest.substr(0, 12)),
                                  {"deploy the Worker again: what is sent anew replaces it"}));
  }
  return content;
}

Result<void> BlobStore::check(const std::string& digest) const {
  PYW_TRY(read(digest));
  return {};
}

} // namespace pyw::edge
