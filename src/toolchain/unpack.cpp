#include <base/glob.hpp>
#include <base/hash.hpp>
#include <toolchain/archive.hpp>
#include <toolchain/unpack.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::toolchain {

namespace {

class PartUnpacker final : public ArchiveVisitor {
public:
  PartUnpacker(FileSystem& files, const Pin& pin, const Path& folder)
      : m_files(files), m_pin(pin), m_folder(folder) {}

  [[nodiscard]] Result<bool> begin_file(const std::string& path) override {
    if (!path.starts_with(m_pin.wanted.below)) {
      return false;
    }
    const auto name = path.substr(m_pin.wanted.below.size());
    const auto& globs = m_pin.wanted.globs;
    if (std::none_of(globs.begin(), globs.end(), [&](auto glob) { return glob_match(glob, name); })) {
      return false;
    }
    m_rewrites = m_pin.rewritten && m_pin.rewritten->from == name;
    m_file = {};
    m_file.path = m_rewrites ? std::string(m_pin.rewritten->to) : name;
    m_file.executable = m_file.path == m_pin.program;
    m_hasher = Hasher(HashKind::sha256);
    PYW_TRY_ASSIGN(m_writer, m_files.create(m_folder / m_file.path, m_file.executable ? 0755 : 0644));
    return true;
  }

  [[nodiscard]] Result<void> bytes(std::string_view piece) override {
    m_file.size += piece.size();
    m_hasher.update(piece);
    return m_writer->write(piece);
  }

  [[nodiscard]] Result<void> end_file() override {
    if (m_rewrites) {
      PYW_TRY(bytes(m_pin.rewritten->appended));
    }
    PYW_TRY(m_writer->commit());
    m_file.sha256 = to_hex(m_hasher.finish());
    m_record.push_back(m_file);
    return {};
  }

  [[nodiscard]] TreeRecord take_record() {
    std::sort(m_record.begin(), m_record.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(m_record);
  }

private:
  FileSystem& m_files;
  const Pin& m_pin;
  const Path& m_folder;
  TreeRecord m_record;
  RecordedFile m_file;
  Hasher m_hasher{HashKind::sha256};
  std::unique_ptr<FileWriter> m_writer;
  bool m_rewrites = false;
};

} // namespace

Result<bool> has_digest(const ReadOnlyFileSystem& files, const Path& path, std::string_view digest) {
  const bool is_sha512 = digest.starts_with("sha512-");
  PYW_TRY_ASSIGN(const auto reader, files.open(path));
  Hasher hasher(is_sha512 ? HashKind::sha512 : HashKind::sha256);
  std::string buffer(1 << 18, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto got, reader->read(buffer.data(), buffer.size()));
    if (got == 0) {
      break;
    }
    hasher.update(std::string_view(buffer).substr(0, got));
  }
  const auto raw = hasher.finish();
  return digest == (is_sha512 ? "sha512-" + to_base64(raw) : "sha256:" + to_hex(raw));
}

Result<TreeRecord> unpack(FileSystem& files, const Path& archive, const Pin& pin, const Path& folder) {
  PartUnpacker unpacker(files, pin, folder);
  PYW_TRY(read_archive(files, archive, unpacker));
  return unpacker.take_record();
}

} // namespace pyw::toolchain
