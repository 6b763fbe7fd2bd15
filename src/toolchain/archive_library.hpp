// libarchive's functions, loaded on first use (linking it costs every start 1.4 ms, measured: it brings libxml2
// and ICU). Private to toolchain/: the one header that shows libarchive's types.
#pragma once

#include <base/result.hpp>

#include <archive.h>
#include <archive_entry.h>

namespace pyw::toolchain {

/// Pointers under the names of the functions they stand for, without `archive_`.
struct ArchiveLibrary {
  decltype(archive_error_string)* error_string = nullptr;
  decltype(archive_read_new)* read_new = nullptr;
  decltype(archive_read_free)* read_free = nullptr;
  decltype(archive_read_support_format_tar)* read_support_format_tar = nullptr;
  decltype(archive_read_support_format_zip_streamable)* read_support_format_zip = nullptr;
  decltype(archive_read_support_filter_gzip)* read_support_filter_gzip = nullptr;
  decltype(archive_read_support_filter_zstd)* read_support_filter_zstd = nullptr;
  decltype(archive_read_open)* read_open = nullptr;
  decltype(archive_read_next_header)* read_next_header = nullptr;
  decltype(archive_read_data_block)* read_data_block = nullptr;
  decltype(archive_write_new)* write_new = nullptr;
  decltype(archive_write_free)* write_free = nullptr;
  decltype(archive_write_close)* write_close = nullptr;
  decltype(archive_write_set_format_pax_restricted)* write_set_format_pax_restricted = nullptr;
  decltype(archive_write_add_filter_zstd)* write_add_filter_zstd = nullptr;
  decltype(archive_write_open)* write_open = nullptr;
  decltype(archive_write_header)* write_header = nullptr;
  decltype(archive_write_data)* write_data = nullptr;
  decltype(archive_entry_new)* entry_new = nullptr;
  decltype(archive_entry_free)* entry_free = nullptr;
  decltype(archive_entry_pathname)* entry_pathname = nullptr;
  decltype(archive_entry_filetype)* entry_filetype = nullptr;
  decltype(archive_entry_hardlink)* entry_hardlink = nullptr;
  decltype(archive_entry_set_pathname)* entry_set_pathname = nullptr;
  decltype(archive_entry_set_filetype)* entry_set_filetype = nullptr;
  decltype(archive_entry_set_perm)* entry_set_perm = nullptr;
  decltype(archive_entry_set_size)* entry_set_size = nullptr;
};

/// Loads libarchive once. Fails when it is not installed.
[[nodiscard]] Result<const ArchiveLibrary*> archive_library();

} // namespace pyw::toolchain
