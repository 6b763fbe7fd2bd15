#include <edge/data_places.hpp>

#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>

namespace pyw::edge {

DataPlaces places_in(const Path& data) {
  return {data / "records.sqlite",
          data / "key",
          data / "blobs",
          data / "uploads",
          data / "work",
          data / "ahead",
          data / "lock",
          data / "garbage.lock"};
}

Result<Records> open_records(const Path& data, World& world) {
  PYW_TRY(world.files.make_directories(data));
  if (::chmod(data.c_str(), 0700) != 0) { // accounts, tokens' hashes, the code of all
    return failure(system_error(fmt::format("cannot keep others out of `{}`", data.string()), errno));
  }
  return Records::open(places_in(data).records.string(), world.clock);
}

} // namespace pyw::edge
