// Where requests go: to a generation of the Worker, to an error answer, or nowhere yet. Knows what is under
// way in each generation. No I/O.
#pragma once

#include <base/filesystem.hpp>
#include <devserver/session.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace pyw::devserver {

/// What people get while no Worker can answer.
struct ErrorAnswer {
  int status = 500;
  std::string title;
  std::string text;         ///< plain; put into a page for browsers
  std::string failure = {}; ///< under which the page asks for more (devserver/own_pages.hpp); may be empty
};

/// The Unix socket on which a generation listens.
struct Route {
  Generation generation = 0;
  Path socket;
};

/// monostate: not known yet.
using Target = std::variant<std::monostate, Route, ErrorAnswer>;

/// One request or tunnel under way.
class Exchange {
public:
  virtual ~Exchange() = default;
  /// Ends it now; whoever began it calls Traffic::end() soon after.
  virtual void cut() = 0;
};

class Traffic {
public:
  /// `on_idle`: the last exchange of a generation that requests no longer go to has ended.
  explicit Traffic(std::function<void(Generation)> on_idle) : m_on_idle(std::move(on_idle)) {}

  void hold() { m_held = true; }

  void release();
  void set(Target target);

  /// Whether a request need not wait.
  [[nodiscard]] bool is_known() const { return !m_held && !std::holds_alternative<std::monostate>(m_target); }

  [[nodiscard]] const Target& target() const { return m_target; }

  /// Calls the function once, at the next release() or set(), when is_known() may have become true.
  void when_changed(std::function<void()> function) { m_waiting.push_back(std::move(function)); }

  [[nodiscard]] bool is_current(Generation generation) const;

  void begin(Generation generation, Exchange& exchange) { m_active[generation].insert(&exchange); }

  void end(Generation generation, Exchange& exchange);
  [[nodiscard]] std::size_t active(Generation generation) const;
  void cut(Generation generation);

private:
  std::function<void(Generation)> m_on_idle;
  bool m_held = true;
  Target m_target;
  std::vector<std::function<void()>> m_waiting;
  std::map<Generation, std::set<Exchange*>> m_active;
};

} // namespace pyw::devserver
