#include <base/line_reader.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace pyw {

bool LineReader::read_from(int descriptor) {
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got > 0) {
      m_pending.append(buffer.data(), static_cast<std::size_t>(got));
      emit_lines();
      continue;
    }
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0 && errno == EAGAIN) {
      return true;
    }
    if (!m_pending.empty()) {
      m_on_line(std::exchange(m_pending, {}));
    }
    return false;
  }
}

void LineReader::read_to_end(int descriptor) {
  do {
    pollfd watched{descriptor, POLLIN, 0};
    ::poll(&watched, 1, -1); // a signal that ends it early only makes the next look come sooner
  } while (read_from(descriptor));
}

void LineReader::emit_lines() {
  std::size_t start = 0;
  for (;;) {
    const auto end = m_pending.find('\n', start);
    if (end == std::string::npos) {
      break;
    }
    m_on_line(std::string_view(m_pending).substr(start, end - start));
    start = end + 1;
  }
  m_pending.erase(0, start);
}

} // namespace pyw
