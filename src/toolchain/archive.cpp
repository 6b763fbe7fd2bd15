#include <toolchain/archive.hpp>
#include <toolchain/archive_library.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>

namespace pyw::toolchain {

namespace {

/// libarchive pulls its bytes from here.
struct Source {
  std::unique_ptr<FileReader> reader;
  std::string buffer = std::string(1 << 17, '\0');
  std::optional<Error> error = {};

  static la_ssize_t read(struct archive*, void* self, const void** bytes) {
    auto& source = *static_cast<Source*>(self);
    auto got = source.reader->read(source.buffer.data(), source.buffer.size());
    if (!got) {
      source.error = std::move(got.error());
      return -1;
    }
    *bytes = source.buffer.data();
    return static_cast<la_ssize_t>(*got);
  }
};

class Reader {
public:
  Reader(const ArchiveLibrary& library,
         const Path& path,
         ArchiveVisitor& visitor,
         const ArchiveLimits& limits)
      : m_library(library), m_path(path), m_visitor(visitor), m_limits(limits),
        m_archive(library.read_new()) {}

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  ~Reader() { m_library.read_free(m_archive); }

  [[nodiscard]] Result<void> run(const ReadOnlyFileSystem& files) {
    PYW_TRY_ASSIGN(m_source.reader, files.open(m_path));
    m_library.read_support_format_tar(m_archive);
    m_library.read_support_format_zip(m_archive);
    m_library.read_support_filter_gzip(m_archive);
    m_library.read_support_filter_zstd(m_archive);
    if (m_library.read_open(m_archive, &m_source, nullptr, &Source::read, nullptr) != ARCHIVE_OK) {
      return failure(damaged());
    }
    for (std::size_t count = 0;; ++count) {
      struct archive_entry* entry = nullptr;
      const auto code = m_library.read_next_header(m_archive, &entry);
      if (code == ARCHIVE_EOF) {
        return count == 0 ? failure(damaged("it is empty")) : Result<void>{};
      }
      if (code < ARCHIVE_WARN) {
        return failure(damaged());
      }
      if (count >= m_limits.entries) {
        return failure(damaged(fmt::format("it has more than {} entries", m_limits.entries)));
      }
      PYW_TRY(read_entry(entry));
    }
  }

private:
  [[nodiscard]] Error damaged(std::string_view why = {}) {
    if (m_source.error) {
      return *m_source.error;
    }
    const auto* words = m_library.error_string(m_archive);
    return user_error(fmt::format("the archive `{}` is damaged: {}",
                                  m_path.string(),
                                  why.empty() ? (words != nullptr ? words : "unknown reason") : why));
  }

  [[nodiscard]] Result<void> read_entry(struct archive_entry* entry) {
    const auto* name = m_library.entry_pathname(entry);
    const std::string path = name != nullptr ? name : "";
    if (!stays_inside(path) || path.find('\\') != std::string::npos) {
      return failure(damaged(fmt::format("`{}` would leave the folder", path)));
    }
    const auto type = m_library.entry_filetype(entry);
    if (type == AE_IFDIR) {
      return {};
    }
    if (type != AE_IFREG || m_library.entry_hardlink(entry) != nullptr) {
      return failure(damaged(fmt::format("`{}` is a link or a device", path)));
    }
    PYW_TRY_ASSIGN(const bool wanted, m_visitor.begin_file(path));
    return wanted ? read_bytes() : Result<void>{};
  }

  [[nodiscard]] Result<void> read_bytes() {
    la_int64_t position = 0;
    for (;;) {
      const void* bytes = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const auto code = m_library.read_data_block(m_archive, &bytes, &size, &offset);
      if (code == ARCHIVE_EOF) {
        return m_visitor.end_file();
      }
      if (code < ARCHIVE_WARN) {
        return failure(damaged());
      }
      if (offset != position) {
        return failure(damaged("it has a sparse file"));
      }
      position += static_cast<la_int64_t>(size);
      m_total += size;
      if (m_total > m_limits.bytes) {
        return failure(damaged(fmt::format("it unpacks to more than {} bytes", m_limits.bytes)));
      }
      PYW_TRY(m_visitor.bytes(std::string_view(static_cast<const char*>(bytes), size)));
    }
  }

  const ArchiveLibrary& m_library;
  const Path& m_path;
  ArchiveVisitor& m_visitor;
  const ArchiveLimits& m_limits;
  struct archive* m_archive;
  Source m_source;
  std::uint64_t m_total = 0;
};

class ZstdTarWriter final : public ArchiveWriter {
public:
  ZstdTarWriter(const ArchiveLibrary& library, std::unique_ptr<FileWriter> file)
      : m_library(library), m_file(std::move(file)), m_archive(library.write_new()) {}

  ZstdTarWriter(const ZstdTarWriter&) = delete;
  ZstdTarWriter& operator=(const ZstdTarWriter&) = delete;

  ~ZstdTarWriter() override { m_library.write_free(m_archive); }

  [[nodiscard]] Result<void> open() {
    m_library.write_set_format_pax_restricted(m_archive);
    m_library.write_add_filter_zstd(m_archive);
    // No zeros up to a tape's block: they are not zstd, and a reader stops at them.
    m_library.write_set_bytes_in_last_block(m_archive, 1);
    return check(m_library.write_open(m_archive, this, nullptr, &ZstdTarWriter::write_out, nullptr));
  }

  [[nodiscard]] Result<void>
  begin_file(const std::string& path, std::uint64_t size, bool executable) override {
    auto* entry = m_library.entry_new();
    m_library.entry_set_pathname(entry, path.c_str());
    m_library.entry_set_filetype(entry, AE_IFREG);
    m_library.entry_set_perm(entry, executable ? 0755 : 0644);
    m_library.entry_set_size(entry, static_cast<la_int64_t>(size));
    const auto code = m_library.write_header(m_archive, entry);
    m_library.entry_free(entry);
    return check(code);
  }

  [[nodiscard]] Result<void> bytes(std::string_view piece) override {
    const auto written = m_library.write_data(m_archive, piece.data(), piece.size());
    return check(written < 0 ? ARCHIVE_FATAL : ARCHIVE_OK);
  }

  [[nodiscard]] Result<void> commit() override {
    PYW_TRY(check(m_library.write_close(m_archive)));
    return m_file->commit();
  }

private:
  static la_ssize_t write_out(struct archive*, void* self, const void* bytes, std::size_t size) {
    auto& writer = *static_cast<ZstdTarWriter*>(self);
    auto written = writer.m_file->write(std::string_view(static_cast<const char*>(bytes), size));
    if (!written) {
      writer.m_error = std::move(written.error());
      return -1;
    }
    return static_cast<la_ssize_t>(size);
  }

  [[nodiscard]] Result<void> check(int code) {
    if (m_error) {
      return failure(*m_error);
    }
    if (code < ARCHIVE_WARN) {
      const auto* words = m_library.error_string(m_archive);
      return failure(
          internal_error(fmt::format("cannot write the archive: {}", words != nullptr ? words : "unknown")));
    }
    return {};
  }

  const ArchiveLibrary& m_library;
  std::unique_ptr<FileWriter> m_file;
  struct archive* m_archive;
  std::optional<Error> m_error;
};

} // namespace

Result<void> read_archive(const ReadOnlyFileSystem& files,
                          const Path& archive,
                          ArchiveVisitor& visitor,
                          const ArchiveLimits& limits) {
  PYW_TRY_ASSIGN(const auto* library, archive_library());
  return Reader(*library, archive, visitor, limits).run(files);
}

Result<std::unique_ptr<ArchiveWriter>> write_archive(FileSystem& files, const Path& archive) {
  PYW_TRY_ASSIGN(const auto* library, archive_library());
  PYW_TRY_ASSIGN(auto file, files.create(archive));
  auto writer = std::make_unique<ZstdTarWriter>(*library, std::move(file));
  PYW_TRY(writer->open());
  return writer;
}

} // namespace pyw::toolchain
