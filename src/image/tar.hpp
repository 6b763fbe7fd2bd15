// A layer of an image: a tar file (POSIX.1-1988 "ustar", with the headers of POSIX.1-2001 for long names)
// whose bytes depend on names, modes and contents alone: sorted, no times, owned by 0:0.
#pragma once

#include <base/filesystem.hpp>

#include <map>
#include <string>
#include <string_view>

namespace pyw::image {

struct TreeFile {
  Path source = {};         ///< read from there, or
  std::string content = {}; ///< this, when `source` is empty
  bool is_executable = false;
};

/// What a layer holds: absolute places in the image ("/worker/app.pack"). Folders above them are made with
/// mode 0755.
struct Tree {
  std::map<std::string, TreeFile> files;
  /// Folders beside those that files need, and their modes ("/tmp", 01777).
  std::map<std::string, unsigned> folders;
};

/// Fails when a file cannot be read, or a name cannot stand in a tar file.
[[nodiscard]] Result<std::string> write_tar(const Tree& tree, const ReadOnlyFileSystem& files);

/// RFC 1952, without a time or a name. The bytes are those of the libdeflate that pyw was built with.
[[nodiscard]] Result<std::string> gzip(std::string_view bytes);

} // namespace pyw::image
