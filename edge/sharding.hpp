// Which of several places (processes of a machine, machines of a group) a Worker's requests go to: rendezvous
// hashing with bounded loads. Pure; every router that knows the same places and loads decides the same.
//
// Rendezvous hashing (Thaler and Ravishankar, 1998): each place gets a score for each Worker, and the highest
// wins. When a place comes or goes, only its own Workers move. Bounded loads (Mirrokni, Thorup and
// Zadimoghaddam, 2018): no place takes more than a factor of the average; what is too much goes to the
// Worker's next best place, always the same one, so that a Worker with much traffic is warm in just as many
// places as it needs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

/// What a place takes before a request goes to the next best one.
struct LoadBound {
  double factor = 1.25; ///< times the average of all places; 1 at least. The paper's own figure
  std::uint32_t at_least =
      8; ///< requests under way, however little the others have: a second place is a cold one
};

/// By what a Worker is known here; equal texts give equal keys on every machine.
[[nodiscard]] std::uint64_t shard_key(std::string_view worker);

class Shards {
public:
  /// `names` tell the places apart and stay with them; their order does not matter to where Workers go.
  explicit Shards(const std::vector<std::string>& names);

  [[nodiscard]] std::size_t size() const { return m_seeds.size(); }

  /// The place, by its number in `names`, that `key` belongs to when no place is full. There must be one.
  [[nodiscard]] std::size_t home(std::uint64_t key) const;

  /// The best place for the next request whose load stays within `bound`, the request included. `loads` are
  /// requests under way, one number a place.
  [[nodiscard]] std::size_t
  choose(std::uint64_t key, std::span<const std::uint32_t> loads, const LoadBound& bound = {}) const;

  /// All places, best first.
  [[nodiscard]] std::vector<std::size_t> ranking(std::uint64_t key) const;

private:
  [[nodiscard]] std::uint64_t score(std::uint64_t key, std::size_t place) const;

  std::vector<std::uint64_t> m_seeds;
};

} // namespace pyw::edge
