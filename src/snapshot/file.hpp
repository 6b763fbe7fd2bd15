// The snapshot file: an image of a Python interpreter's memory. docs/snapshot-format.md describes every byte.
#pragma once

#include <base/filesystem.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw::snapshot {

/// Bytes: the file keeps whole pages, each at a multiple of it.
inline constexpr std::size_t page_size = 4096;

/// What ran before the memory was kept: the imports of packages, or the Worker's whole top level.
enum class Layer { base, packages, dedicated };

/// In the order in which one holds what the one before holds.
inline constexpr std::array all_layers{Layer::base, Layer::packages, Layer::dedicated};

[[nodiscard]] std::string_view to_text(Layer layer);

/// A dynamic library that the memory holds, in load order. Addresses in bytes, table places in slots.
struct Library {
  std::string path;
  std::uint64_t memory_base = 0;
  std::uint64_t memory_size = 0;
  std::uint64_t table_base = 0;
  std::uint64_t table_size = 0;
  bool global = false; ///< its symbols are visible to later ones (RTLD_GLOBAL)
};

/// What a file says of itself, all numbers checked against each other.
struct Snapshot {
  Layer layer = Layer::packages;
  std::string python;                       ///< "3.14"
  std::string key;                          ///< 64 hexadecimal digits: of everything it depends on
  std::uint64_t heap = 0;                   ///< bytes of memory once restored
  std::uint64_t pages = 0;                  ///< of 4096 bytes, that are not all zero
  std::uint64_t size = 0;                   ///< bytes of the file
  std::vector<Library> libraries = {};      ///< in load order
  std::vector<std::string> references = {}; ///< JavaScript values that Python holds, as paths: "js.fetch"
  std::vector<std::string> entropy = {};    ///< random sources whose use at the top level was allowed
  std::vector<std::pair<std::string, std::uint64_t>> files = {}; ///< in /tmp: path, bytes in base64
};

/// Checks magic, sizes, every number of the description and the digest; fails with what is wrong.
[[nodiscard]] Result<Snapshot> read_snapshot(std::string_view bytes);

/// The same for a file that is not to be held in memory: 11 ms for the 33 MB of FastAPI, a third of reading
/// it whole.
[[nodiscard]] Result<Snapshot> read_snapshot(FileReader& reader);

/// Its key, unchecked: 11 ms less where it is another's. Fails when it does not begin as a snapshot.
[[nodiscard]] Result<std::string> read_key(FileReader& reader);

/// Puts key and digest into the header of what the guest wrote. Fails when that is no snapshot. `key` has 64
/// hexadecimal digits.
[[nodiscard]] Result<std::string> seal(std::string bytes, std::string_view key);

/// For the way over a network: the file as one zstd frame (RFC 8878), level 3. Sparse pages are gone already;
/// measured for FastAPI 32.8 MB raw, 11.6 MB packed in 0.17 s, unpacked in 0.05 s.
[[nodiscard]] Result<std::string> pack_for_transport(std::string_view bytes);

/// Fails when it is no zstd frame of at most 4 GiB that unpacks whole.
[[nodiscard]] Result<std::string> unpack_from_transport(std::string_view bytes);

/// Whether the bytes begin like something that pack_for_transport made.
[[nodiscard]] bool is_packed(std::string_view bytes);

} // namespace pyw::snapshot
