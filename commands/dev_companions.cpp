#include <base/platform.hpp>
#include <commands/dev_companions.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pyw::commands {

namespace {

/// Its own workerd gets 300 ms (devserver/server.cpp), and it a little more.
constexpr auto end_grace = std::chrono::milliseconds(900);

/// Until the child closes its end.
template <typename Use>
void for_each_line(int descriptor, const Use& use) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      break;
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      use(std::string_view(text).substr(0, end));
      text.erase(0, end + 1);
    }
  }
  if (!text.empty()) {
    use(text);
  }
}

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
      for_each_line(
          from, [&](std::string_view line) { world.reporter.data(event_with_worker(line, name) + "\n"); });
    });
    companion.readers.emplace_back([&world, name, from = companion.process->error_descriptor()] {
      for_each_line(
          from, [&](std::string_view line) { world.reporter.message(fmt::format("[{}] {}", name, line)); });
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
