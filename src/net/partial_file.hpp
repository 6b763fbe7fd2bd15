// The file that a download grows in, and what is remembered beside it (`<file>.resume`). Private to net/.
#pragma once

#include <base/unique_fd.hpp>
#include <net/resume.hpp>

#include <optional>

namespace pyw::net {

class PartialFile {
public:
  /// Opens or makes the file. Bytes without a valid record beside them are not trusted: size() is then 0.
  [[nodiscard]] static Result<PartialFile> open(const Path& path);

  [[nodiscard]] std::uint64_t size() const { return m_size; }

  [[nodiscard]] const std::optional<PartialRecord>& record() const { return m_record; }

  /// Whether all bytes are here, as far as the record knows.
  [[nodiscard]] bool is_whole() const { return m_record && m_record->total > 0 && m_record->total == m_size; }

  /// Empties the file, for the body that `response` starts.
  [[nodiscard]] Result<void> restart(const HttpResponse& response);
  /// Empties the file and forgets the record.
  [[nodiscard]] Result<void> forget();
  [[nodiscard]] Result<void> append(std::string_view bytes);

private:
  PartialFile(Path path, UniqueFd file) : m_path(std::move(path)), m_file(std::move(file)) {}

  [[nodiscard]] Path record_path() const { return m_path.string() + ".resume"; }

  [[nodiscard]] Result<void> truncate();

  Path m_path;
  UniqueFd m_file;
  std::uint64_t m_size = 0;
  std::optional<PartialRecord> m_record;
};

} // namespace pyw::net
