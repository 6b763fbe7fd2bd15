// What a process of a version is for, where its Worker has Durable Objects or workflows: these live in one
// process at a time, whichever versions get requests.
#pragma once

#include <edge/records.hpp>

#include <string>
#include <vector>

namespace pyw::edge {

enum class Role {
  alone, ///< it has none of its own: any number of versions may run beside each other
  trial, ///< of no deployment: only to see whether it starts; its data is nobody's
  owner, ///< they live here
  guest, ///< another version's process has them; they are asked for there
};

/// Whether the version has Durable Object classes or workflows of its own.
[[nodiscard]] bool keeps_objects(const Version& version);

/// The version in which they live: the one with the largest share, the first of equal ones. Empty: none.
[[nodiscard]] std::string owner_of(const std::vector<Share>& versions);

[[nodiscard]] Role role_of(const std::string& version, const std::vector<Share>& versions);

/// For a process that is about to start. A version of no deployment that nobody tries had one until just now,
/// and a request that was routed by it: what this writes goes to where the Worker's objects live.
[[nodiscard]] Role
role_to_start(const std::string& version, const std::vector<Share>& versions, bool is_tried);

} // namespace pyw::edge
