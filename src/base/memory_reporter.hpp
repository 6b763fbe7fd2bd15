// A Reporter that keeps everything, for tests.
#pragma once

#include <base/reporter.hpp>

#include <vector>

namespace pyw {

class MemoryReporter final : public Reporter {
public:
  void data(std::string_view text) override { standard_output += text; }

  void message(std::string_view line) override { (standard_error += line) += '\n'; }

  void report(const Diagnostic& diagnostic) override { standard_error += render(diagnostic); }

  void verbose(std::string_view line) override { verbose_lines.emplace_back(line); }

  [[nodiscard]] std::unique_ptr<Progress> progress(std::string_view label, ProgressUnit) override {
    progress_labels.emplace_back(label);
    return std::make_unique<Silent>();
  }

  [[nodiscard]] Color color() const override { return Color::no; }

  std::string standard_output;
  std::string standard_error;
  std::vector<std::string> verbose_lines;
  std::vector<std::string> progress_labels;

private:
  class Silent final : public Progress {
  public:
    void update(std::uint64_t, std::uint64_t) override {}

    void label(std::string_view) override {}
  };
};

} // namespace pyw
