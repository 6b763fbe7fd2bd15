#include <edge/entrance.hpp>

#include <filesystem>
#include <system_error>
#include <utility>

namespace pyw::edge {

namespace {

constexpr auto between_looks = std::chrono::seconds(1);

} // namespace

Entrance::Entrance(EventLoop& loop, EntranceOptions options, Accepted accepted)
    : m_loop(loop), m_options(std::move(options)),
      m_accepted(std::make_shared<Accepted>(std::move(accepted))) {}

Result<std::unique_ptr<Entrance>>
Entrance::open(EventLoop& loop, EntranceOptions options, Accepted accepted) {
  std::unique_ptr<Entrance> out(new Entrance(loop, std::move(options), std::move(accepted)));
  PYW_TRY(out->listen());
  return out;
}

Result<void> Entrance::listen() {
  if (m_options.tls) {
    PYW_TRY(read_certificate());
  }
  PYW_TRY_ASSIGN(
      m_listener,
      Listener::open(m_loop, m_options.address, m_options.port, [this](AcceptedConnection accepted) {
        take(std::move(accepted));
      }));
  return {};
}

Result<void> Entrance::read_certificate() {
  m_read = file_times();
  m_looked = std::chrono::steady_clock::now();
  PYW_TRY_ASSIGN(m_tls, TlsTerminator::make(m_loop, *m_options.tls, HttpVersion::http1));
  return {};
}

std::optional<Entrance::FileTimes> Entrance::file_times() const {
  std::error_code error;
  const auto certificate = std::filesystem::last_write_time(m_options.tls->certificate, error);
  if (error) {
    return std::nullopt;
  }
  const auto key = std::filesystem::last_write_time(m_options.tls->key, error);
  return error ? std::nullopt : std::optional(FileTimes{certificate, key});
}

void Entrance::renew() {
  if (std::chrono::steady_clock::now() - m_looked < between_looks) {
    return;
  }
  m_looked = std::chrono::steady_clock::now();
  const auto now = file_times();
  if (!now || now == m_read) {
    return;
  }
  if (const auto read = read_certificate(); !read) { // commonly half of the pair: the other comes in a moment
    m_options.on_problem(read.error());
  }
}

void Entrance::take(AcceptedConnection connection) {
  if (!m_tls) {
    (*m_accepted)(std::move(connection));
    return;
  }
  renew();
  m_tls->wrap(std::move(connection.socket),
              [weak = std::weak_ptr(m_accepted), address = std::move(connection.address)](UniqueFd plain,
                                                                                          HttpVersion) {
                if (const auto accepted = weak.lock()) {
                  (*accepted)({std::move(plain), address});
                }
              });
}

} // namespace pyw::edge
