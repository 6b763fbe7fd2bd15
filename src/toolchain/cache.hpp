// The folder where the parts lie, each in a folder of its own:
//   parts/NAME-VERSION-PLATFORM/   the files, and .pyw-files, the record that they are checked against
//   parts/.new-…                   one being unpacked
//   downloads/                     archives on their way, continued by the next run
//   toolchain.lock                 held while parts are put in place or removed
#pragma once

#include <base/file_lock.hpp>
#include <base/reporter.hpp>
#include <toolchain/manifest.hpp>
#include <toolchain/tree_record.hpp>

#include <string>
#include <vector>

namespace pyw::toolchain {

enum class Condition { ready, missing, damaged };

struct PartState {
  Condition condition = Condition::missing;
  std::string damage;     ///< what is wrong, when damaged
  std::uint64_t size = 0; ///< bytes of all files, when ready
};

class Cache {
public:
  Cache(FileSystem& files, Path root) : m_files(files), m_root(std::move(root)) {}

  [[nodiscard]] const Path& root() const { return m_root; }

  [[nodiscard]] Path parts_folder() const { return m_root / "parts"; }

  [[nodiscard]] Path downloads_folder() const { return m_root / "downloads"; }

  [[nodiscard]] Path folder_of(const Pin& pin) const { return parts_folder() / folder_name(pin); }

  [[nodiscard]] Path archive_of(const Pin& pin) const {
    return downloads_folder() / (folder_name(pin) + ".archive");
  }

  /// Whether a part is there and whole. With CheckDepth::sizes a few microseconds a file.
  [[nodiscard]] PartState inspect(const Pin& pin, CheckDepth depth) const;

  /// Waits for its turn, saying for whom. Hold it while changing anything.
  [[nodiscard]] Result<FileLock> lock(Reporter& reporter) const;

  /// Unpacks a verified archive beside and puts it in place by one rename. Fails, with nothing changed, when
  /// the archive is damaged, its files are not the pinned ones, or the disk is full.
  [[nodiscard]] Result<void> place(const Pin& pin, const Path& archive);

  /// The last step of place(): the files below `fresh` become the part, if their record is the pinned one.
  [[nodiscard]] Result<void> adopt(const Pin& pin, const Path& fresh, const TreeRecord& record);

  /// A folder for a new part, empty: what a killed run left there is removed.
  [[nodiscard]] Result<Path> fresh_folder(const Pin& pin);

  struct Leftover {
    Path path;
    std::uint64_t size = 0; ///< bytes
  };

  /// What no pin of this machine needs: other versions, interrupted downloads, half-unpacked parts.
  [[nodiscard]] Result<std::vector<Leftover>> leftovers(std::string_view platform) const;

private:
  FileSystem& m_files;
  Path m_root;
};

} // namespace pyw::toolchain
