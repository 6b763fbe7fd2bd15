#include <base/unique_fd.hpp>

#include <unistd.h>

namespace pyw {

void UniqueFd::reset() {
  if (m_descriptor >= 0) {
    ::close(m_descriptor); // a failing close is not repeated: the descriptor is gone on Linux either way
    m_descriptor = -1;
  }
}

} // namespace pyw
