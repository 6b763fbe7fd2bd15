#include <edge/catalog.hpp>

#include <algorithm>

namespace pyw::edge {

void Catalog::add(const Version& version) {
  const std::lock_guard lock(m_mutex);
  m_recent.push_back(version);
  if (m_recent.size() > most_recent) {
    m_recent.pop_front();
  }
}

Result<Version> Catalog::find(const std::string& id) {
  {
    const std::lock_guard lock(m_mutex);
    const auto found = std::ranges::find(m_recent, id, &Version::id);
    if (found != m_recent.end()) {
      return *found;
    }
  }
  PYW_TRY_ASSIGN(auto stored, m_records.find_version(id));
  return stored ? Result<Version>(std::move(*stored)) : failure(internal_error("the version is gone"));
}

} // namespace pyw::edge
