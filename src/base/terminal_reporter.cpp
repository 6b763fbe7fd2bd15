#include <base/terminal_reporter.hpp>
#include <base/text.hpp>

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace pyw {

namespace {

/// Often enough to look alive, rare enough not to cost anything.
constexpr auto redraw_interval = std::chrono::milliseconds(60);

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return 80;
}

Color wanted_color(const Environment& environment, bool is_terminal) {
  if (environment.get_nonempty("NO_COLOR")) {
    return Color::no;
  }
  if (environment.get_nonempty("CLICOLOR_FORCE")) {
    return Color::yes;
  }
  return is_terminal && environment.get("TERM").value_or("") != "dumb" ? Color::yes : Color::no;
}

void write_to(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

} // namespace

class TerminalReporter::Bar final : public Progress {
public:
  Bar(TerminalReporter& owner, std::list<Task>::iterator task) : m_owner(owner), m_task(task) {}

  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;

  ~Bar() override {
    const std::lock_guard lock(m_owner.m_mutex);
    m_owner.erase();
    m_owner.m_tasks.erase(m_task);
    m_owner.redraw();
  }

  void update(std::uint64_t done, std::uint64_t total) override {
    const std::lock_guard lock(m_owner.m_mutex);
    m_task->done = done;
    m_task->total = total;
    m_owner.redraw_if_due();
  }

  void label(std::string_view text) override {
    const std::lock_guard lock(m_owner.m_mutex);
    m_task->label = text;
    m_owner.redraw_if_due();
  }

private:
  TerminalReporter& m_owner;
  std::list<Task>::iterator m_task;
};

TerminalReporter::TerminalReporter(const Environment& environment)
    : m_is_terminal(::isatty(STDERR_FILENO) == 1), m_color(wanted_color(environment, m_is_terminal)) {}

TerminalReporter::~TerminalReporter() {
  erase();
}

void TerminalReporter::configure(Verbosity verbosity, bool progress_wanted) {
  m_verbosity = verbosity;
  // With -v the bars would be interleaved with the messages.
  m_progress_wanted = progress_wanted && verbosity == Verbosity::normal;
}

void TerminalReporter::data(std::string_view text) {
  const std::lock_guard lock(m_mutex);
  erase();
  write_to(stdout, text);
  redraw();
}

void TerminalReporter::message(std::string_view line) {
  if (m_verbosity != Verbosity::quiet) {
    print(fmt::format("{}\n", line));
  }
}

void TerminalReporter::report(const Diagnostic& diagnostic) {
  if (m_verbosity != Verbosity::quiet || diagnostic.severity == Severity::error) {
    print(render(diagnostic, m_color));
  }
}

void TerminalReporter::verbose(std::string_view line) {
  if (m_verbosity == Verbosity::verbose) {
    print(fmt::format("{}\n", line));
  }
}

std::unique_ptr<Progress> TerminalReporter::progress(std::string_view label, ProgressUnit unit) {
  const std::lock_guard lock(m_mutex);
  m_tasks.push_back({std::string(label), unit});
  if (!m_is_terminal && m_progress_wanted) {
    message(fmt::format("{} …", label));
  }
  redraw();
  return std::make_unique<Bar>(*this, std::prev(m_tasks.end()));
}

void TerminalReporter::print(std::string_view text) {
  const std::lock_guard lock(m_mutex);
  erase();
  write_to(stderr, text);
  redraw();
}

void TerminalReporter::erase() {
  if (m_lines_drawn == 0) {
    return;
  }
  std::string codes;
  for (; m_lines_drawn > 0; --m_lines_drawn) {
    codes += "\x1b[1A\x1b[2K"; // up one line, erase it (ECMA-48 CUU, EL)
  }
  write_to(stderr, codes);
}

void TerminalReporter::redraw_if_due() {
  const std::lock_guard lock(m_mutex);
  if (std::chrono::steady_clock::now() - m_last_draw >= redraw_interval) {
    erase();
    redraw();
  }
}

void TerminalReporter::redraw() {
  if (!m_is_terminal || !m_progress_wanted || m_tasks.empty()) {
    return;
  }
  m_last_draw = std::chrono::steady_clock::now();
  const auto width = terminal_width();
  constexpr std::size_t bar_width = 24;
  std::string text;
  for (const auto& task : m_tasks) {
    std::string line = task.label;
    if (task.total > 0) {
      const auto filled = static_cast<std::size_t>(bar_width * std::min(task.done, task.total) / task.total);
      const auto amount = task.unit == ProgressUnit::bytes
                              ? fmt::format("{} / {}", human_size(task.done), human_size(task.total))
                              : fmt::format("{}/{}", task.done, task.total);
      line = fmt::format(
          "{:<28} [{}{}] {}", line, std::string(filled, '#'), std::string(bar_width - filled, '.'), amount);
    } else if (task.done > 0) {
      line += task.unit == ProgressUnit::bytes ? fmt::format("  {}", human_size(task.done))
                                               : fmt::format("  {}", task.done);
    } else {
      line += " …";
    }
    text += line.substr(0, width > 1 ? width - 1 : 1);
    text += '\n';
    ++m_lines_drawn;
  }
  write_to(stderr, text);
}

} // namespace pyw
