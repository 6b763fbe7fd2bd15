#include <base/text.hpp>
#include <devserver/narrator.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::devserver {

namespace {

std::string shown(std::chrono::microseconds duration) {
  if (duration < std::chrono::milliseconds(10)) {
    return fmt::format("{:.1f} ms", static_cast<double>(duration.count()) / 1000);
  }
  return fmt::format("{} ms", duration.count() / 1000);
}

std::string shown_path(const Path& path, const Path& root) {
  const auto relative = path.lexically_relative(root);
  return relative.empty() || *relative.begin() == ".." ? path.string() : relative.string();
}

std::string list_changed(const std::vector<Path>& changed, const Path& root) {
  if (changed.empty()) {
    return "the Worker";
  }
  const auto first = shown_path(changed.front(), root);
  return changed.size() == 1 ? first : fmt::format("{} and {} more", first, changed.size() - 1);
}

class TextNarrator final : public Narrator {
public:
  TextNarrator(Reporter& reporter, Path root) : m_reporter(reporter), m_root(std::move(root)) {}

  void ready(const std::string& url, std::chrono::milliseconds took) override {
    m_reporter.message(fmt::format("{}Ready on {}{} ({} ms)", bold(), url, plain(), took.count()));
  }

  void reloaded(const std::vector<Path>& changed, std::chrono::milliseconds took, Start) override {
    m_reporter.message(
        fmt::format("{}Reloaded{} {} ({} ms)", bold(), plain(), list_changed(changed, m_root), took.count()));
  }

  void inspector(const std::string& url) override {
    m_reporter.message(fmt::format("Inspector on {}: add it at chrome://inspect, or open {}/json", url, url));
  }

  void keys() override { m_reporter.message("keys: b browser, d dashboard, c clear, r restart, x quit"); }

  void clear() override { m_reporter.message("\x1b[2J\x1b[3J\x1b[H"); } // screen, scroll-back, home (ECMA-48)

  void unchanged() override { m_reporter.verbose("nothing of the Worker changed"); }

  void failed(const Error& error, bool old_code_serves) override {
    for (const auto& diagnostic : error.diagnostics) {
      m_reporter.report(diagnostic);
    }
    m_reporter.message(old_code_serves ? "The old code keeps serving; save a file to try again"
                                       : "Save a file to try again, Ctrl-C stops");
  }

  void request(const RequestRecord& record) override {
    const auto status = record.websocket ? std::string("WebSocket") : std::to_string(record.status);
    m_reporter.message(fmt::format("{} {} {}{}{} {}",
                                   record.method,
                                   record.target,
                                   paint(record.status),
                                   status,
                                   plain(),
                                   shown(record.duration)));
  }

  void invocation(const runtime::Invocation& invocation) override {
    if (invocation.kind == "fetch" || invocation.kind == "rpc") {
      return; // has a line already, or is part of what has one
    }
    const bool good = invocation.outcome == "ok";
    m_reporter.message(fmt::format("{} {} {}{}{} {} ms",
                                   invocation.kind,
                                   invocation.what,
                                   paint(good ? 200 : 500),
                                   invocation.outcome,
                                   plain(),
                                   static_cast<long>(invocation.wall_ms)));
  }

  void log(Severity severity, std::string_view text) override {
    if (severity == Severity::note) {
      m_reporter.message(text);
      return;
    }
    const auto code = severity == Severity::error ? "\x1b[31m" : "\x1b[33m";
    m_reporter.message(fmt::format("{}{}{}", colored() ? code : "", text, plain()));
  }

  void stopping() override { m_reporter.message("Stopping"); }

private:
  [[nodiscard]] bool colored() const { return m_reporter.color() == Color::yes; }

  [[nodiscard]] std::string_view bold() const { return colored() ? "\x1b[1;32m" : ""; }

  [[nodiscard]] std::string_view plain() const { return colored() ? "\x1b[0m" : ""; }

  [[nodiscard]] std::string_view paint(int status) const {
    if (!colored()) {
      return "";
    }
    return status >= 500 ? "\x1b[31m" : status >= 400 ? "\x1b[33m" : "\x1b[32m";
  }

  Reporter& m_reporter;
  Path m_root;
};

class JsonNarrator final : public Narrator {
public:
  JsonNarrator(Reporter& reporter, Path root) : m_reporter(reporter), m_root(std::move(root)) {}

  void ready(const std::string& url, std::chrono::milliseconds took) override {
    emit({{"event", "ready"}, {"url", url}, {"ms", took.count()}});
  }

  void reloaded(const std::vector<Path>& changed, std::chrono::milliseconds took, Start start) override {
    auto paths = nlohmann::json::array();
    for (const auto& path : changed) {
      paths.push_back(shown_path(path, m_root));
    }
    emit({{"event", "reloaded"},
          {"changed", std::move(paths)},
          {"ms", took.count()},
          {"standby", start == Start::from_standby}});
  }

  void inspector(const std::string& url) override { emit({{"event", "inspector"}, {"url", url}}); }

  void keys() override {}

  void clear() override {}

  void unchanged() override { emit({{"event", "unchanged"}}); }

  void failed(const Error& error, bool old_code_serves) override {
    for (const auto& diagnostic : error.diagnostics) {
      emit({{"event", "error"},
            {"message", diagnostic.message},
            {"file", diagnostic.location.path},
            {"line", diagnostic.location.line},
            {"column", diagnostic.location.column},
            {"serving", old_code_serves}});
    }
  }

  void request(const RequestRecord& record) override {
    emit({{"event", "request"},
          {"method", record.method},
          {"path", record.target},
          {"status", record.status},
          {"ms", static_cast<double>(record.duration.count()) / 1000},
          {"websocket", record.websocket}});
  }

  void invocation(const runtime::Invocation& invocation) override {
    if (invocation.kind != "fetch") {
      emit({{"event", "invocation"},
            {"kind", invocation.kind},
            {"what", invocation.what},
            {"outcome", invocation.outcome},
            {"ms", invocation.wall_ms}});
    }
  }

  void log(Severity severity, std::string_view text) override {
    const auto* level = severity == Severity::error     ? "error"
                        : severity == Severity::warning ? "warning"
                                                        : "info";
    emit({{"event", "log"}, {"level", level}, {"text", text}});
  }

  void stopping() override { emit({{"event", "stopping"}}); }

private:
  void emit(const nlohmann::json& event) {
    // A Worker may print bytes that are no UTF-8.
    m_reporter.data(event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  }

  Reporter& m_reporter;
  Path m_root;
};

} // namespace

std::unique_ptr<Narrator> make_narrator(Reporter& reporter, NarratorFormat format, Path root) {
  if (format == NarratorFormat::json) {
    return std::make_unique<JsonNarrator>(reporter, std::move(root));
  }
  return std::make_unique<TextNarrator>(reporter, std::move(root));
}

} // namespace pyw::devserver
