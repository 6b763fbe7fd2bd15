// libarchive's functions, loaded on first use (linking it costs every start 1.4 ms, measured: it brings
// libxml2 and ICU). Private to toolchain/.
#pragma once

#include <base/result.hpp>

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

struct archive;
struct archive_entry;

namespace pyw::toolchain {

/// Pointers under the names of the functions they stand for, without `archive_`. Their types are compared
/// with libarchive's own when archive_library.cpp is compiled.
struct ArchiveLibrary {
  using OpenCallback = int(struct archive*, void* self);
  using CloseCallback = int(struct archive*, void* self);
  using ReadCallback = ssize_t(struct archive*, void* self, const void** bytes);
  using WriteCallback = ssize_t(struct archive*, void* self, const void* bytes, std::size_t size);

  const char* (*error_string)(struct archive*) = nullptr;
  struct archive* (*read_new)() = nullptr;
  int (*read_free)(struct archive*) = nullptr;
  int (*read_support_format_tar)(struct archive*) = nullptr;
  int (*read_support_format_zip)(struct archive*) = nullptr;
  int (*read_support_filter_gzip)(struct archive*) = nullptr;
  int (*read_support_filter_zstd)(struct archive*) = nullptr;
  int (*read_open)(struct archive*, void* self, OpenCallback*, ReadCallback*, CloseCallback*) = nullptr;
  int (*read_next_header)(struct archive*, struct archive_entry**) = nullptr;
  int (*read_data_block)(struct archive*, const void**, std::size_t*, std::int64_t*) = nullptr;
  struct archive* (*write_new)() = nullptr;
  int (*write_free)(struct archive*) = nullptr;
  int (*write_close)(struct archive*) = nullptr;
  int (*write_set_format_pax_restricted)(struct archive*) = nullptr;
  int (*write_add_filter_zstd)(struct archive*) = nullptr;
  int (*write_set_bytes_in_last_block)(struct archive*, int) = nullptr;
  int (*write_open)(struct archive*, void* self, OpenCallback*, WriteCallback*, CloseCallback*) = nullptr;
  int (*write_header)(struct archive*, struct archive_entry*) = nullptr;
  ssize_t (*write_data)(struct archive*, const void*, std::size_t) = nullptr;
  struct archive_entry* (*entry_new)() = nullptr;
  void (*entry_free)(struct archive_entry*) = nullptr;
  const char* (*entry_pathname)(struct archive_entry*) = nullptr;
  mode_t (*entry_filetype)(struct archive_entry*) = nullptr;
  const char* (*entry_hardlink)(struct archive_entry*) = nullptr;
  void (*entry_set_pathname)(struct archive_entry*, const char*) = nullptr;
  void (*entry_set_filetype)(struct archive_entry*, unsigned) = nullptr;
  void (*entry_set_perm)(struct archive_entry*, mode_t) = nullptr;
  void (*entry_set_size)(struct archive_entry*, std::int64_t) = nullptr;
};

/// Loads libarchive once. Fails when it is not installed.
[[nodiscard]] Result<const ArchiveLibrary*> archive_library();

} // namespace pyw::toolchain
