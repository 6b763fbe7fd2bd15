// Cuts what comes through a pipe into lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pyw {

class LineReader {
public:
  explicit LineReader(std::function<void(std::string_view)> on_line) : m_on_line(std::move(on_line)) {}

  /// Reads what is there, without waiting, and hands out the whole lines, without their newline.
  /// False at the end of the stream; a last line without a newline is handed out then.
  [[nodiscard]] bool read_from(int descriptor);

  /// Waits for what comes and hands it out, until the end of the stream. For a thread of its own.
  void read_to_end(int descriptor);

private:
  void emit_lines();

  std::function<void(std::string_view)> m_on_line;
  std::string m_pending;
};

} // namespace pyw
