// Where the parts of a server's data folder lie.
#pragma once

#include <base/world.hpp>
#include <edge/records.hpp>

namespace pyw::edge {

/// The files of a data folder.
struct DataPlaces {
  Path records;
  Path key;
  Path blobs;
  Path uploads;
  Path work;
  Path ahead; ///< of processes that wait for a Worker
  Path lock;
  Path garbage_lock; ///< held by what uses files, alone by what removes them (edge/garbage.hpp)
};

[[nodiscard]] DataPlaces places_in(const Path& data);

/// The folder's records, made with mode 0700 when they are not there yet.
[[nodiscard]] Result<Records> open_records(const Path& data, World& world);

} // namespace pyw::edge
