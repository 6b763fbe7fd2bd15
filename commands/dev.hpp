// `pyw dev`: serves the Worker on this machine and serves the new code from the first request after a save.
#pragma once

#include <commands/command.hpp>
#include <devserver/server.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::commands {

enum class SyncFirst { when_needed, never };

enum class Https { no, yes };

/// Whether files are looked at again and again, for folders where the system tells of no changes.
enum class Poll { no, yes };

struct DevOptions {
  std::optional<std::uint16_t> port;  ///< else `dev.port` of the config, else 8787; 0 takes a free one
  std::optional<std::string> address; ///< else `dev.ip`, else 127.0.0.1
  std::vector<std::string> variables; ///< NAME:VALUE, over those of the config
  bool snapshots = true;              ///< start from memory snapshots, and make them
  SyncFirst sync = SyncFirst::when_needed;
  std::optional<std::string> persist_to; ///< else `.pyw/state` in the project
  std::optional<std::string> mock;       ///< a Python file that answers for bindings of the platform
  int drain_seconds = 10;
  Poll poll = Poll::no;
  Https https = Https::no;
  std::optional<std::uint16_t> inspector_port;
  devserver::LiveReload live_reload = devserver::LiveReload::yes;
  devserver::StandbyUse standby = devserver::StandbyUse::yes;
  std::optional<std::string> host; ///< that the Worker sees, else the client's
};

/// Runs until it is stopped. Fails at the start when the project cannot be loaded or the port is taken;
/// errors of the Worker itself are shown, and the next save tries again.
[[nodiscard]] Result<int> run_dev(const DevOptions& options, Context& context);

[[nodiscard]] CommandEntry dev_command();

} // namespace pyw::commands
