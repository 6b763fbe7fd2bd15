// What the files of an installed part are: written beside them, checked at each use, pinned in the manifest.
#pragma once

#include <base/filesystem.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::toolchain {

struct RecordedFile {
  std::string path; ///< relative, with '/'
  std::uint64_t size = 0;
  bool executable = false;
  std::string sha256; ///< hexadecimal

  bool operator==(const RecordedFile&) const = default;
};

/// Sorted by path.
using TreeRecord = std::vector<RecordedFile>;

/// One line a file, "SHA256 SIZE x|- PATH". The SHA-256 of this text is Pin::tree_digest.
[[nodiscard]] std::string to_text(const TreeRecord& record);

/// nullopt when the text is not what to_text() writes, or names a path outside of the tree.
[[nodiscard]] std::optional<TreeRecord> parse_tree_record(std::string_view text);

/// Where a part's record lies, relative to its folder.
inline constexpr std::string_view record_file_name = ".pyw-files";

enum class CheckDepth {
  sizes,   ///< one stat a file: for each start
  digests, ///< every byte: a second or two for everything
};

/// What is wrong with the tree at `folder`, as "`bin/workerd` is missing"; nullopt when nothing is.
[[nodiscard]] std::optional<std::string>
find_damage(const ReadOnlyFileSystem& files, const Path& folder, const TreeRecord& record, CheckDepth depth);

/// The SHA-256 of a file, in hexadecimal, read in pieces.
[[nodiscard]] Result<std::string> sha256_of(const ReadOnlyFileSystem& files, const Path& path);

} // namespace pyw::toolchain
