#include <devserver/traffic.hpp>

#include <utility>

namespace pyw::devserver {

void Traffic::release() {
  m_held = false;
  for (const auto& wake : std::exchange(m_waiting, {})) {
    wake();
  }
}

void Traffic::set(Target target) {
  m_target = std::move(target);
  release();
}

bool Traffic::is_current(Generation generation) const {
  const auto* route = std::get_if<Route>(&m_target);
  return route != nullptr && route->generation == generation;
}

void Traffic::end(Generation generation, Exchange& exchange) {
  const auto found = m_active.find(generation);
  if (found == m_active.end() || found->second.erase(&exchange) == 0 || !found->second.empty()) {
    return;
  }
  m_active.erase(found);
  if (!is_current(generation)) {
    m_on_idle(generation);
  }
}

std::size_t Traffic::active(Generation generation) const {
  const auto found = m_active.find(generation);
  return found == m_active.end() ? 0 : found->second.size();
}

void Traffic::cut(Generation generation) {
  const auto found = m_active.find(generation);
  if (found == m_active.end()) {
    return;
  }
  const auto exchanges = found->second; // a copy: cutting may change the set
  for (auto* exchange : exchanges) {
    exchange->cut();
  }
}

} // namespace pyw::devserver
