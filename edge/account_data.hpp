// The processes that keep the accounts' data: one with the stores, started by the first Worker that uses one,
// and one for a while that answers the API (guest/data/api.js).
#pragma once

#include <base/world.hpp>
#include <config/project.hpp>
#include <edge/account_places.hpp>
#include <edge/records.hpp>
#include <edge/socket_processes.hpp>
#include <edge/socket_request.hpp>
#include <edge/tasks.hpp>
#include <runtime/parts.hpp>

#include <functional>
#include <string>

namespace pyw::edge {

class AccountData {
public:
  using FindParts = std::function<Result<runtime::RuntimeParts>(const config::Project&)>;

  /// `tasks` is where processes are prepared.
  AccountData(EventLoop& loop,
              Path data,
              FindParts parts,
              Records& records,
              SocketProcesses& processes,
              World& world);

  /// Before the first process is wanted: where they are prepared.
  void prepare_on(Tasks& tasks) { m_tasks = &tasks; }

  [[nodiscard]] AccountPlaces places(const std::string& account) const {
    return places_of_account(m_data, account);
  }

  /// On the loop: from here on the account's sockets are there.
  [[nodiscard]] Result<void> offer(const std::string& account);

  /// On the loop, when the server starts or consumers have changed: messages are delivered without being
  /// asked for. `done` when the consumers are those on record.
  void deliver(const std::string& account, std::function<void()> done);

  /// On the loop: the API sees what has changed, once `done` is called.
  void changed(const std::string& account, std::function<void()> done);

private:
  /// Runs `make` on a thread, `done` on the loop.
  void prepare(std::function<Result<Command>()> make, std::function<void(Result<Command>)> done);
  [[nodiscard]] Result<Command> stores_command(const std::string& account, int listener);
  /// Messages that came while nobody consumed them are delivered now, not with the next one.
  void wake_queues(const std::string& account);
  [[nodiscard]] Result<Command> queues_command(const std::string& account, int listener);
  [[nodiscard]] Result<Command> api_command(const std::string& account, int listener);
  [[nodiscard]] Result<runtime::RuntimeParts> parts();

  EventLoop& m_loop;
  Path m_data;
  FindParts m_parts;
  Records& m_records;
  SocketProcesses& m_processes;
  World& m_world;
  Tasks* m_tasks = nullptr;
};

} // namespace pyw::edge
