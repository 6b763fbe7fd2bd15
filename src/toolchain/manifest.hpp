// The parts that pyw drives, pinned: which version, where from, and the digests of what must arrive.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pyw::toolchain {

enum class Part {
  workerd,       ///< the Workers runtime, one executable
  pyodide_314,   ///< CPython 3.14 in WebAssembly
  pyodide_313,   ///< CPython 3.13 in WebAssembly
  miniflare,     ///< worker scripts for the bindings that workerd does not bundle
  workers_types, ///< TypeScript declarations of the runtime
  workerd_types, ///< the worker that prints declarations for a compatibility date, and workerd.capnp
  uv,            ///< the package installer, where PATH has none that is new enough
};

enum class Origin { npm, python_index };

/// Which files of an archive become files of the part.
struct WantedFiles {
  std::string_view below;                  ///< the folder of the archive that holds them, with '/' at the end
  std::span<const std::string_view> globs; ///< relative to it; patterns of base/glob.hpp
};

/// pyodide.asm.js of Pyodide 0.28 is a classic script; with an export at its end it is a module (facts: it
/// runs so in stock workerd). Written under `to`, instead of `from`.
struct Rewritten {
  std::string_view from;
  std::string_view to;
  std::string_view appended;
};

struct Pin {
  Part part;
  std::string_view name; ///< as the user writes it: `pyw toolchain path workerd`
  std::string_view version;
  std::string_view platform; ///< platform::machine_name(), or "any"
  Origin origin;
  std::string_view package; ///< the npm package, or the name of the wheel
  std::string_view
      archive_digest;         ///< "sha512-BASE64" as npm writes it, or "sha256:HEX" as the Python index does
  std::uint64_t archive_size; ///< bytes
  WantedFiles wanted;
  std::string_view program; ///< the file that is executable; "" when the part has none
  std::optional<Rewritten> rewritten;
  std::string_view tree_digest; ///< SHA-256 of the record of the installed files (toolchain/tree_record.hpp)
};

/// All pins, of all platforms.
[[nodiscard]] std::span<const Pin> all_pins();

/// The pin of a part on a platform; nullptr when there is none for it.
[[nodiscard]] const Pin* find_pin(Part part, std::string_view platform);

/// Every part once, in the order in which they are listed.
[[nodiscard]] std::span<const Part> all_parts();

[[nodiscard]] std::string_view name_of(Part part);
[[nodiscard]] std::optional<Part> part_named(std::string_view name);

/// "workerd-1.20261117.1-linux-64": the folder of the part in the cache.
[[nodiscard]] std::string folder_name(const Pin& pin);

} // namespace pyw::toolchain
