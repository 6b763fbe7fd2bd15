// The one class that owns the terminal: stdout for data, stderr for people, bars only on a terminal.
// May be called from several threads.
#pragma once

#include <base/environment.hpp>
#include <base/reporter.hpp>

#include <chrono>
#include <list>
#include <mutex>
#include <string>

namespace pyw {

enum class Verbosity { quiet, normal, verbose };

class TerminalReporter final : public Reporter {
public:
  /// Colour: NO_COLOR (no-color.org) wins, then CLICOLOR_FORCE, then whether stderr is a terminal.
  explicit TerminalReporter(const Environment& environment);
  ~TerminalReporter() override;
  TerminalReporter(const TerminalReporter&) = delete;
  TerminalReporter& operator=(const TerminalReporter&) = delete;

  void configure(Verbosity verbosity, bool progress_wanted);

  void data(std::string_view text) override;
  void message(std::string_view line) override;
  void report(const Diagnostic& diagnostic) override;
  void verbose(std::string_view line) override;
  [[nodiscard]] std::unique_ptr<Progress> progress(std::string_view label, ProgressUnit unit) override;

  [[nodiscard]] Color color() const override { return m_color; }

private:
  class Bar;

  struct Task {
    std::string label;
    ProgressUnit unit;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
  };

  void print(std::string_view text);
  void erase();
  void redraw();
  void redraw_if_due();

  std::recursive_mutex m_mutex;
  bool m_is_terminal;
  Color m_color;
  Verbosity m_verbosity = Verbosity::normal;
  bool m_progress_wanted = true;
  std::list<Task> m_tasks;
  std::size_t m_lines_drawn = 0;
  std::chrono::steady_clock::time_point m_last_draw = {};
};

} // namespace pyw
