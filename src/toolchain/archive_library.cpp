#include <toolchain/archive_library.hpp>

#include <base/lazy_library.hpp>

namespace pyw::toolchain {

namespace {

Result<ArchiveLibrary> load() {
  PYW_TRY_ASSIGN(const auto library, LazyLibrary::open({"libarchive.so.13", "libarchive.13.dylib"}, "libarchive13"));
  ArchiveLibrary archive;
  PYW_TRY(library.bind(archive.error_string, "archive_error_string"));
  PYW_TRY(library.bind(archive.read_new, "archive_read_new"));
  PYW_TRY(library.bind(archive.read_free, "archive_read_free"));
  PYW_TRY(library.bind(archive.read_support_format_tar, "archive_read_support_format_tar"));
  PYW_TRY(library.bind(archive.read_support_format_zip, "archive_read_support_format_zip_streamable"));
  PYW_TRY(library.bind(archive.read_support_filter_gzip, "archive_read_support_filter_gzip"));
  PYW_TRY(library.bind(archive.read_support_filter_zstd, "archive_read_support_filter_zstd"));
  PYW_TRY(library.bind(archive.read_open, "archive_read_open"));
  PYW_TRY(library.bind(archive.read_next_header, "archive_read_next_header"));
  PYW_TRY(library.bind(archive.read_data_block, "archive_read_data_block"));
  PYW_TRY(library.bind(archive.write_new, "archive_write_new"));
  PYW_TRY(library.bind(archive.write_free, "archive_write_free"));
  PYW_TRY(library.bind(archive.write_close, "archive_write_close"));
  PYW_TRY(library.bind(archive.write_set_format_pax_restricted, "archive_write_set_format_pax_restricted"));
  PYW_TRY(library.bind(archive.write_add_filter_zstd, "archive_write_add_filter_zstd"));
  PYW_TRY(library.bind(archive.write_open, "archive_write_open"));
  PYW_TRY(library.bind(archive.write_header, "archive_write_header"));
  PYW_TRY(library.bind(archive.write_data, "archive_write_data"));
  PYW_TRY(library.bind(archive.entry_new, "archive_entry_new"));
  PYW_TRY(library.bind(archive.entry_free, "archive_entry_free"));
  PYW_TRY(library.bind(archive.entry_pathname, "archive_entry_pathname"));
  PYW_TRY(library.bind(archive.entry_filetype, "archive_entry_filetype"));
  PYW_TRY(library.bind(archive.entry_hardlink, "archive_entry_hardlink"));
  PYW_TRY(library.bind(archive.entry_set_pathname, "archive_entry_set_pathname"));
  PYW_TRY(library.bind(archive.entry_set_filetype, "archive_entry_set_filetype"));
  PYW_TRY(library.bind(archive.entry_set_perm, "archive_entry_set_perm"));
  PYW_TRY(library.bind(archive.entry_set_size, "archive_entry_set_size"));
  return archive;
}

} // namespace

Result<const ArchiveLibrary*> archive_library() {
  static const auto loaded = load();
  if (!loaded) {
    return failure(loaded.error());
  }
  return &*loaded;
}

} // namespace pyw::toolchain
