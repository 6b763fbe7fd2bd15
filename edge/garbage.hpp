// What a data folder holds and nobody needs any more: blobs that no version names, the generated files of
// versions that get no traffic, uploads that were given up. Found and removed while the server runs.
#pragma once

#include <base/world.hpp>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace pyw::edge {

struct StoredItem {
  enum class Kind {
    blob,   ///< a module or a packed snapshot
    work,   ///< a version's folder of generated files, with its unpacked snapshot: made anew when wanted
    upload, ///< a snapshot that has not arrived whole
    rest,   ///< what a killed process left half-written
  };
  Kind kind = Kind::blob;
  std::string name; ///< a digest, a version's id, a file's name
  Path path;
  std::uint64_t bytes = 0;
  std::int64_t used_ns = 0; ///< when it was last written or asked for, since the Unix epoch
  bool is_running = false;  ///< work: a process serves from it
};

[[nodiscard]] std::string_view to_text(StoredItem::Kind kind);

/// What the records name.
struct NeededItems {
  std::set<std::string> blobs; ///< of any version: each can be rolled back to
  std::set<std::string> work;  ///< versions of the two newest deployments of each Worker
};

/// An upload puts blobs before a record names them, and names what it was told is known. The longest such
/// time is an assets upload session (edge/asset_session.hpp, an hour) and a start (two minutes).
inline constexpr std::chrono::minutes default_grace{120};

/// What may go: neither needed nor running nor used within `grace` before `now_ns`. Pure.
[[nodiscard]] std::vector<StoredItem> plan_removal(const std::vector<StoredItem>& stored,
                                                   const NeededItems& needed,
                                                   std::int64_t now_ns,
                                                   std::chrono::nanoseconds grace);

struct GarbageOptions {
  std::chrono::minutes grace = default_grace;
  bool dry_run = false;
};

struct GarbageReport {
  std::vector<StoredItem> removed; ///< or, with dry_run, what would be
  std::size_t kept = 0;
  std::uint64_t kept_bytes = 0;
};

/// A server may serve `data`, and take uploads, meanwhile. Fails when the records cannot be read, or a file
/// cannot be removed.
[[nodiscard]] Result<GarbageReport>
collect_garbage(const Path& data, const GarbageOptions& options, World& world);

} // namespace pyw::edge
