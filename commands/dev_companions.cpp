#include <base/line_reader.hpp>
#include <base/platform.hpp>
#include <commands/dev_companions.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::commands {

namespace {

/// Its own workerd gets 300 ms (devserver/server.cpp), and it a little more.
constexpr auto end_grace = std::chrono::milliseconds(900);

/// Two configurations are often both called wrangler.jsonc: the folder tells them apart.
std::string name_of(const Path& config) {
  const auto folder = config.parent_path().filename().string();
  return folder.empty() ? config.filename().string() : folder;
}

} // namespace

std::vector<std::string>
companion_arguments(const DevOptions& options, const GlobalOptions& global, const Path& config) {
  std::vector<std::string> arguments{"-c", config.string()};
  if (global.environment) {
    arguments.insert(arguments.end(), {"-e", *global.environment});
  }
  if (global.format == OutputFormat::json) {
    arguments.emplace_back("--json");
  }
  if (global.network == Network::offline) {
    arguments.emplace_back("--offline");
  }
  arguments.insert(arguments.end(), {"--no-progress", "dev", "--port", "0"});
  if (options.sync == SyncFirst::never) {
    arguments.emplace_back("--no-sync");
  }
  if (options.standby == devserver::StandbyUse::no) {
    arguments.emplace_back("--no-standby");
  }
  arguments.insert(arguments.end(), {"--drain", std::to_string(options.drain_seconds)});
  return arguments;
}

std::string event_with_worker(std::string_view line, std::string_view worker) {
  auto event = nlohmann::ordered_json::parse(line, nullptr, false);
  if (!event.is_object()) {
    return std::string(line);
  }
  event["worker"] = worker;
  return event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<DevCompanions> DevCompanions::start(const DevOptions& options, Context& context) {
  DevCompanions companions;
  if (context.options.more_configs.empty()) {
    return companions;
  }
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto program, platform::own_executable());
  for (const auto& config : context.options.more_configs) {
    Command command{{program.string()}};
    const auto arguments = companion_arguments(options, context.options, config);
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.working_directory = context.options.directory;
    auto& companion = companions.m_companions.emplace_back();
    PYW_TRY_ASSIGN(companion.process, world.processes.start(command));
    const auto name = name_of(config);
    companion.readers.emplace_back([&world, name, from = companion.process->output_descriptor()] {
      LineReader reader(
          [&](std::string_view line) { world.reporter.data(event_with_worker(line, name) + "\n"); });
      reader.read_to_end(from);
    });
    companion.readers.emplace_back([&world, name, from = companion.process->error_descriptor()] {
      LineReader reader(
          [&](std::string_view line) { world.reporter.message(fmt::format("[{}] {}", name, line)); });
      reader.read_to_end(from);
    });
  }
  return companions;
}

DevCompanions::~DevCompanions() {
  for (auto& companion : m_companions) {
    if (companion.process) {
      stop(*companion.process, end_grace);
    }
    for (auto& reader : companion.readers) {
      reader.join();
    }
  }
}

} // namespace pyw::commands
