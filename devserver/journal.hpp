// What happened in this session, for the dashboard: requests with their logs, events, failures, reloads. The
// last of each; older ones are forgotten. No I/O; answers are JSON (docs/dev-server.md, "The dashboard").
#pragma once

#include <base/error.hpp>
#include <devserver/request_record.hpp>
#include <runtime/worker_process.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::devserver {

class Journal {
public:
  using Now = std::chrono::system_clock::time_point;

  /// Each returns the request as the list shows it.
  std::string begin(const RequestRecord& record);
  std::string end(const RequestRecord& record);
  /// Returns the request that it belongs to as the list shows it, or the event itself; nullopt for an answer
  /// to a request that is not listed (pyw's own, or forgotten).
  std::optional<std::string> add(const runtime::Invocation& invocation, Now now);
  /// Returns the line as the list shows it.
  std::string log(Severity severity, std::string_view text, Now now);
  /// `details` is JSON as guest/python/_pyw_report.py describes an exception; `name` is a request's CF-Ray or
  /// "start" for the top level.
  void failure(const std::string& name, std::string details);

  /// The Worker runs again.
  void forget_failure(const std::string& name) { m_failures.erase(name); }

  void reloaded(std::vector<std::string> changed, std::chrono::milliseconds took, Now now);

  [[nodiscard]] std::string requests() const; ///< an array, the newest last
  [[nodiscard]] std::string logs() const;     ///< an array, the newest last
  [[nodiscard]] std::string reloads() const;  ///< an array, the newest last
  [[nodiscard]] std::optional<std::string> request(std::string_view ray) const;
  [[nodiscard]] std::optional<std::string> failure(const std::string& name) const;

  /// The request as bytes to be sent once more; nullopt when it is forgotten or its body was not kept whole.
  [[nodiscard]] std::optional<std::string> again(std::string_view ray) const;

private:
  struct Entry {
    RequestRecord record;
    bool ended = false;
    std::optional<runtime::Invocation> invocation; ///< an event has this alone
    Now time;
  };

  struct Line {
    Severity severity;
    std::string text;
    Now time;
  };

  struct Reload {
    std::vector<std::string> changed;
    std::chrono::milliseconds took;
    Now time;
  };

  [[nodiscard]] Entry* find(std::string_view ray);
  [[nodiscard]] const Entry* find(std::string_view ray) const;
  [[nodiscard]] static std::string summary(const Entry& entry);

  std::deque<Entry> m_entries;
  std::size_t m_events = 0; ///< those without a request, to give them names
  std::deque<Line> m_lines;
  std::deque<Reload> m_reloads;
  std::map<std::string, std::string> m_failures;
  std::deque<std::string> m_failure_order;
};

} // namespace pyw::devserver
