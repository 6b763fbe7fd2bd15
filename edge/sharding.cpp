#include <edge/sharding.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pyw::edge {

namespace {

/// The finisher of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the input changes half of the
/// output's.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

} // namespace

std::uint64_t shard_key(std::string_view worker) {
  std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a, 64 bits
  for (const char c : worker) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return mixed(hash);
}

Shards::Shards(const std::vector<std::string>& names) {
  m_seeds.reserve(names.size());
  for (const auto& name : names) {
    m_seeds.push_back(shard_key(name));
  }
}

std::uint64_t Shards::score(std::uint64_t key, std::size_t place) const {
  return mixed(key ^ m_seeds[place]);
}

std::size_t Shards::home(std::uint64_t key) const {
  std::size_t best = 0;
  for (std::size_t place = 1; place < m_seeds.size(); ++place) {
    if (score(key, place) > score(key, best)) {
      best = place;
    }
  }
  return best;
}

std::size_t
Shards::choose(std::uint64_t key, std::span<const std::uint32_t> loads, const LoadBound& bound) const {
  const auto total = std::accumulate(loads.begin(), loads.end(), std::uint64_t{1}); // with this request
  const auto average = static_cast<double>(total) / static_cast<double>(m_seeds.size());
  const auto most = std::max(static_cast<double>(bound.at_least), std::ceil(bound.factor * average));
  std::size_t best = m_seeds.size();
  std::uint64_t best_score = 0;
  for (std::size_t place = 0; place < m_seeds.size(); ++place) {
    if (static_cast<double>(loads[place]) + 1 > most) {
      continue;
    }
    const auto own = score(key, place);
    if (best == m_seeds.size() || own > best_score) {
      best = place;
      best_score = own;
    }
  }
  // With a factor of 1 at least, the emptiest place is never full.
  return best < m_seeds.size() ? best : home(key);
}

std::vector<std::size_t> Shards::ranking(std::uint64_t key) const {
  std::vector<std::size_t> out(m_seeds.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::sort(out.begin(), out.end(), [&](auto a, auto b) { return score(key, a) > score(key, b); });
  return out;
}

} // namespace pyw::edge
