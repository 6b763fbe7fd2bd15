// What the session tells people (stderr) or, with --json, tools (stdout, one event a line;
// docs/dev-server.md).
#pragma once

#include <base/reporter.hpp>
#include <devserver/proxy.hpp>
#include <devserver/session.hpp>
#include <runtime/worker_process.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::devserver {

class Narrator {
public:
  virtual ~Narrator() = default;
  /// `took` is from the start of the preparation to the first possible answer.
  virtual void ready(const std::string& url, std::chrono::milliseconds took) = 0;
  /// Where Chrome DevTools finds the Worker.
  virtual void inspector(const std::string& url) = 0;
  /// `took` is from the moment the change was seen.
  virtual void reloaded(const std::vector<Path>& changed, std::chrono::milliseconds took, Start start) = 0;
  /// Which keys there are; only on a terminal.
  virtual void keys() = 0;
  virtual void clear() = 0;
  virtual void unchanged() = 0;
  virtual void failed(const Error& error, bool old_code_serves) = 0;
  virtual void request(const RequestRecord& record) = 0;
  /// A handler other than fetch has run: cron, queue, alarm, a method called by another Worker.
  virtual void invocation(const runtime::Invocation& invocation) = 0;
  virtual void log(Severity severity, std::string_view text) = 0;
  virtual void stopping() = 0;
};

enum class NarratorFormat { text, json };

/// `root` shortens paths for display.
[[nodiscard]] std::unique_ptr<Narrator> make_narrator(Reporter& reporter, NarratorFormat format, Path root);

} // namespace pyw::devserver
