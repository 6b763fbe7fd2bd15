#include <base/lazy_library.hpp>
#include <toolchain/archive_library.hpp>

#include <archive.h>
#include <archive_entry.h>

#include <type_traits>

namespace pyw::toolchain {

namespace {

#define PYW_BIND(member, function)                                                                           \
  static_assert(std::is_same_v<decltype(ArchiveLibrary::member), decltype(&(function))>);                    \
  PYW_TRY(library.bind(archive.member, #function))

Result<ArchiveLibrary> load() {
  PYW_TRY_ASSIGN(const auto library,
                 LazyLibrary::open({"libarchive.so.13", "libarchive.13.dylib"}, "libarchive13"));
  ArchiveLibrary archive;
  PYW_BIND(error_string, archive_error_string);
  PYW_BIND(read_new, archive_read_new);
  PYW_BIND(read_free, archive_read_free);
  PYW_BIND(read_support_format_tar, archive_read_support_format_tar);
  PYW_BIND(read_support_format_zip, archive_read_support_format_zip_streamable);
  PYW_BIND(read_support_filter_gzip, archive_read_support_filter_gzip);
  PYW_BIND(read_support_filter_zstd, archive_read_support_filter_zstd);
  PYW_BIND(read_open, archive_read_open);
  PYW_BIND(read_next_header, archive_read_next_header);
  PYW_BIND(read_data_block, archive_read_data_block);
  PYW_BIND(write_new, archive_write_new);
  PYW_BIND(write_free, archive_write_free);
  PYW_BIND(write_close, archive_write_close);
  PYW_BIND(write_set_format_pax_restricted, archive_write_set_format_pax_restricted);
  PYW_BIND(write_add_filter_zstd, archive_write_add_filter_zstd);
  PYW_BIND(write_set_bytes_in_last_block, archive_write_set_bytes_in_last_block);
  PYW_BIND(write_open, archive_write_open);
  PYW_BIND(write_header, archive_write_header);
  PYW_BIND(write_data, archive_write_data);
  PYW_BIND(entry_new, archive_entry_new);
  PYW_BIND(entry_free, archive_entry_free);
  PYW_BIND(entry_pathname, archive_entry_pathname);
  PYW_BIND(entry_filetype, archive_entry_filetype);
  PYW_BIND(entry_hardlink, archive_entry_hardlink);
  PYW_BIND(entry_set_pathname, archive_entry_set_pathname);
  PYW_BIND(entry_set_filetype, archive_entry_set_filetype);
  PYW_BIND(entry_set_perm, archive_entry_set_perm);
  PYW_BIND(entry_set_size, archive_entry_set_size);
  return archive;
}

#undef PYW_BIND

} // namespace

Result<const ArchiveLibrary*> archive_library() {
  static const auto loaded = load();
  if (!loaded) {
    return failure(loaded.error());
  }
  return &*loaded;
}

} // namespace pyw::toolchain
