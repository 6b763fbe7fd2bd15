#include <commands/help.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <array>

namespace pyw::commands {

namespace {

struct GroupTitle {
  Group group;
  std::string_view title;
};

constexpr std::array<GroupTitle, 5> group_titles{{
    {Group::project, "Project"},
    {Group::run, "Run"},
    {Group::cloud, "Production"},
    {Group::data, "Data"},
    {Group::tool, "Tool"},
}};

constexpr std::string_view global_options =
    R"(Global options (before or after the command):
  -C, --directory DIR    work in DIR instead of the current folder
  -c, --config FILE      the wrangler file to use
  -e, --env NAME         the environment of the wrangler file to use
  -v, --verbose          say more;  -q, --quiet: say only errors
      --json             machine-readable output on stdout
      --no-progress      no progress bars
      --offline          do not touch the network
  -h, --help             this text;  -V, --version: the version
)";

} // namespace

std::string overview_help(std::span<const CommandEntry> commands) {
  std::string text = "pyw: Python Workers from init to production\n\nUsage: pyw [OPTIONS] COMMAND\n";
  for (const auto& [group, title] : group_titles) {
    bool titled = false;
    for (const auto& command : commands) {
      if (command.group != group) {
        continue;
      }
      text += titled ? "" : fmt::format("\n{}:\n", title);
      titled = true;
      text += fmt::format("  {:<12} {}\n", command.name, command.summary);
    }
  }
  return fmt::format(
      "{}\n{}\n`pyw help COMMAND` shows a command's options and examples.\n", text, global_options);
}

std::string command_help(const CommandEntry& command, const CLI::App& app) {
  auto text = app.help("pyw");
  if (!command.examples.empty()) {
    text += "\nExamples:\n";
    for (const auto& example : command.examples) {
      text += fmt::format("  {:<44} {}\n", example.line, example.what);
    }
  }
  return text;
}

} // namespace pyw::commands
