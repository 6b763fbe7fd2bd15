// What pages are told of the session as a whole.
#pragma once

#include <devserver/session.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pyw::devserver {

struct SessionFacts {
  std::string name;
  std::string url;
  std::chrono::system_clock::time_point started{};
  Generation generation = 0; ///< that serves; 0: none does
  std::string error;         ///< why the last save did not come up; empty when it did
  std::vector<std::string> crons;
  std::vector<std::pair<Generation, int>> workers; ///< with their process ids
  int standby = 0;                                 ///< process id; 0: none
  bool standby_is_ready = false;
  bool standby_has_rehearsed = false;
};

/// {id, name, url, started, generation, serving, pid, error, crons, memory: {pyw, workers: [[name, bytes]]}};
/// pid is that of the workerd that serves, 0 when none does.
/// Memory is asked of the system at once.
[[nodiscard]] std::string to_json(const SessionFacts& facts);

} // namespace pyw::devserver
