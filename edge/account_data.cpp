#include <edge/account_data.hpp>
#include <edge/confinement.hpp>
#include <edge/queue_settings.hpp>
#include <edge/resource_records.hpp>
#include <edge/workflow_records.hpp>
#include <runtime/account_stores.hpp>
#include <runtime/data_service.hpp>

namespace pyw::edge {

namespace {

/// It is started again in a tenth of a second, with what there is by then.
constexpr auto api_lifetime = std::chrono::minutes(1);

std::string stores_name(const std::string& account) {
  return "stores of " + account;
}

std::string queues_name(const std::string& account) {
  return "queues of " + account;
}

std::string api_name(const std::string& account) {
  return "data of " + account;
}

/// Of all files on the disk it may change the account's own.
Result<Command>
confined(Result<Command> command, const runtime::RuntimeParts& parts, const AccountPlaces& here) {
  if (command) {
    command->confinement = confinement_for(parts);
    command->confinement->writable.push_back(here.root);
  }
  return command;
}

} // namespace

AccountData::AccountData(
    EventLoop& loop, Path data, FindParts parts, Records& records, SocketProcesses& processes, World& world)
    : m_loop(loop), m_data(std::move(data)), m_parts(std::move(parts)), m_records(records),
      m_processes(processes), m_world(world) {}

void AccountData::prepare(std::function<Result<Command>()> make, std::function<void(Result<Command>)> done) {
  m_tasks->post([this, make = std::move(make), done = std::move(done)] {
    auto made = make();
    if (made) { // nothing of the server's own surroundings is the processes' business
      for (const auto& [name, value] : m_world.environment.all()) {
        made->environment[name] = std::nullopt;
      }
    }
    m_loop.post([done, made = std::move(made)]() mutable { done(std::move(made)); });
  });
}

Result<void> AccountData::offer(const std::string& account) {
  const auto here = places(account);
  SocketProcess stores{here.stores_socket, [this, account](int listener, auto done) {
                         prepare([this, account, listener] { return stores_command(account, listener); },
                                 std::move(done));
                       }};
  PYW_TRY(m_processes.offer(stores_name(account), std::move(stores)));
  SocketProcess queues{here.queues_socket, [this, account](int listener, auto done) {
                         prepare([this, account, listener] { return queues_command(account, listener); },
                                 std::move(done));
                       }};
  PYW_TRY(m_processes.offer(queues_name(account), std::move(queues)));
  SocketProcess api{here.data_socket, [this, account](int listener, auto done) {
                      prepare([this, account, listener] { return api_command(account, listener); },
                              std::move(done));
                    }};
  api.lifetime = api_lifetime;
  return m_processes.offer(api_name(account), std::move(api));
}

void AccountData::changed(const std::string& account, std::function<void()> done) {
  m_processes.renew(api_name(account), std::move(done));
}

void AccountData::deliver(const std::string& account, std::function<void()> done) {
  m_processes.renew(queues_name(account), [this, account, done = std::move(done)] {
    m_processes.keep(queues_name(account));
    m_tasks->post([this, account] { wake_queues(account); });
    done();
  });
}

void AccountData::wake_queues(const std::string& account) {
  const auto queues = ResourceRecords(m_records.database(), account, "queue").all();
  for (const auto& queue : queues ? *queues : std::vector<Resource>{}) {
    if (consumer_of(queue)) {
      SocketRequest question{"POST", "/wake"};
      question.headers.emplace_back(std::string(runtime::store_header),
                                    runtime::store_name("queue", queue.name));
      question.body = "{}";
      static_cast<void>(ask_socket(places(account).queues_socket, question));
    }
  }
}

Result<Command> AccountData::queues_command(const std::string& account, int listener) {
  const auto here = places(account);
  PYW_TRY_ASSIGN(const auto found, parts());
  PYW_TRY_ASSIGN(const auto queues, ResourceRecords(m_records.database(), account, "queue").all());
  runtime::AccountQueues set;
  for (const auto& queue : queues) {
    if (auto consumer = consumer_of(queue)) {
      set.consumers.push_back(std::move(*consumer));
    }
    if (const auto delay = delivery_delay(queue); delay > 0) {
      set.delays.emplace(queue.name, delay);
    }
  }
  const runtime::QueuesOptions options{here.run / "queues", here.queues, here.links_socket, listener};
  return confined(runtime::prepare_queues(found, options, set, m_world), found, here);
}

Result<runtime::RuntimeParts> AccountData::parts() {
  config::Project project;
  project.main = config::Located<std::string>{"stores.js", {}}; // no Python is wanted
  return m_parts(project);
}

Result<Command> AccountData::stores_command(const std::string& account, int listener) {
  const auto here = places(account);
  PYW_TRY_ASSIGN(const auto found, parts());
  return confined(
      runtime::prepare_stores(found, {here.run / "stores", here.stores, listener}, m_world), found, here);
}

Result<Command> AccountData::api_command(const std::string& account, int listener) {
  const auto here = places(account);
  PYW_TRY_ASSIGN(const auto found, parts());
  config::Project project;
  const auto all = [&](const char* kind) {
    return ResourceRecords(m_records.database(), account, kind).all();
  };
  PYW_TRY_ASSIGN(const auto namespaces, all("kv"));
  for (const auto& item : namespaces) {
    project.kv_namespaces.push_back({item.id, item.id});
  }
  PYW_TRY_ASSIGN(const auto databases, all("d1"));
  for (const auto& item : databases) {
    project.d1_databases.push_back({item.id, item.name, item.id});
  }
  PYW_TRY_ASSIGN(const auto buckets, all("r2"));
  for (const auto& item : buckets) {
    project.r2_buckets.push_back({item.name, item.name});
  }
  PYW_TRY_ASSIGN(const auto workflows, all(workflow_kind));
  for (const auto& item : workflows) {
    const auto of = workflow_of(item);
    project.workflows.push_back({"", item.name, of.class_name, of.script});
  }
  const auto workers = here.root / "workers";
  PYW_TRY(m_world.files.make_directories(workers));
  runtime::DataOptions options{
      here.run / "data", workers, {}, here.stores_socket, here.links_socket, listener};
  return confined(runtime::prepare_data_runtime(project, found, options, m_world), found, here);
}

} // namespace pyw::edge
