// `pyw edge serve`: the API, the gateway and the running Workers as one process.
#pragma once

#include <base/world.hpp>
#include <edge/data_places.hpp>
#include <edge/gateway.hpp>
#include <edge/pool.hpp>
#include <edge/quotas.hpp>
#include <edge/workshop.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::edge {

struct EdgeOptions {
  Path data; ///< absolute; everything the server keeps
  EntranceOptions workers = {};
  EntranceOptions api = {};
  std::vector<std::string> api_hosts = {}; ///< names beside this machine's own that the API answers to
  std::string domain = "localhost";        ///< Workers answer as NAME.SUBDOMAIN.domain
  PoolLimits limits = {};
  std::size_t most_requests = GatewayOptions{}.most_requests; ///< GatewayOptions::most_requests
  Quotas quotas = {};
};

/// One thing that happened, as JSON: {"event": …}.
enum class Importance { detail, normal, problem };

struct EdgeHooks {
  Workshop::FindParts parts;
  std::function<void(Importance, const std::string& json)> log;
};

/// Serves until SIGINT, SIGTERM or SIGHUP; requests under way are answered, then every child is ended. The
/// value is the exit code. Fails when an address is taken, or another server has the data.
[[nodiscard]] Result<int> run_edge(const EdgeOptions& options, const EdgeHooks& hooks, World& world);

} // namespace pyw::edge
