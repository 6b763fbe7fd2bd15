// `pyw edge serve`: the API, the gateway and the running Workers as one process.
#pragma once

#include <base/world.hpp>
#include <edge/pool.hpp>
#include <edge/records.hpp>
#include <edge/workshop.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::edge {

struct EdgeOptions {
  Path data; ///< absolute; everything the server keeps
  std::string address = "127.0.0.1";
  std::uint16_t port = 0; ///< of the Workers; 0 takes a free one
  std::string api_address = "127.0.0.1";
  std::uint16_t api_port = 0;
  std::vector<std::string> api_hosts = {}; ///< names beside this machine's own that the API answers to
  std::string domain = "localhost";        ///< Workers answer as NAME.SUBDOMAIN.domain
  PoolLimits limits = {};
};

/// One thing that happened, as JSON: {"event": …}.
enum class Importance { detail, normal, problem };

struct EdgeHooks {
  Workshop::FindParts parts;
  std::function<void(Importance, const std::string& json)> log;
};

/// The files of a data folder.
struct DataPlaces {
  Path records;
  Path key;
  Path blobs;
  Path uploads;
  Path work;
  Path lock;
};

[[nodiscard]] DataPlaces places_in(const Path& data);

/// The folder's records, made with mode 0700 when they are not there yet.
[[nodiscard]] Result<Records> open_records(const Path& data, World& world);

/// Serves until SIGINT, SIGTERM or SIGHUP; requests under way are answered, then every child is ended. The
/// value is the exit code. Fails when an address is taken, or another server has the data.
[[nodiscard]] Result<int> run_edge(const EdgeOptions& options, const EdgeHooks& hooks, World& world);

} // namespace pyw::edge
