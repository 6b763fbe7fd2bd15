// What is known of one request: for the terminal's line, the dashboard, and to make it once more.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pyw::devserver {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

struct RequestRecord {
  std::string ray; ///< its name: 16 hexadecimal digits, sent to the Worker as CF-Ray
  std::string method;
  std::string target;
  int status = 0; ///< 0 as long as there is no answer
  bool websocket = false;
  std::chrono::system_clock::time_point received{};
  /// Since it was received: until a Worker could take it, until the head of the answer came, until the end.
  std::chrono::microseconds held{};
  std::chrono::microseconds answered{};
  std::chrono::microseconds duration{};
  HeaderFields request_fields = {};
  HeaderFields response_fields = {};
  std::string request_body = {}; ///< its beginning, at most `most_body_kept`
  std::uint64_t request_size = 0;
  std::uint64_t response_size = 0;

  /// A body that is kept whole can be sent again.
  [[nodiscard]] bool body_is_whole() const { return request_body.size() == request_size; }
};

inline constexpr std::size_t most_body_kept = 64 * 1024;

} // namespace pyw::devserver
