#include <base/suggest.hpp>
#include <base/text.hpp>
#include <commands/help.hpp>
#include <commands/parser.hpp>
#include <commands/table.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace pyw::commands {

namespace {

/// Raw values of the global options; they may stand before or after the command's name.
struct GlobalValues {
  std::string directory;
  std::vector<std::string> configs;
  std::string environment;
  bool verbose = false;
  bool quiet = false;
  bool json = false;
  bool no_progress = false;
  bool offline = false;
};

const CLI::App* deepest_parsed(const CLI::App& app) {
  const auto* current = &app;
  for (;;) {
    const auto parsed = current->get_subcommands();
    if (parsed.empty()) {
      return current;
    }
    current = parsed.front();
  }
}

std::vector<std::string> known_options(const CLI::App& app, const CLI::App& root) {
  std::vector<std::string> names;
  for (const auto* parser : {&app, &root}) {
    for (const auto* option : parser->get_options()) {
      for (const auto& name : option->get_lnames()) {
        names.push_back("--" + name);
      }
    }
  }
  return names;
}

std::vector<std::string> known_subcommands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::string help_hint(const CLI::App& root, const CLI::App& at) {
  std::string path = at.get_name();
  for (const auto* parent = at.get_parent(); parent != nullptr && parent != &root;
       parent = parent->get_parent()) {
    path = parent->get_name() + " " + path;
  }
  return &at == &root ? "`pyw --help` lists the commands"
                      : fmt::format("`pyw help {}` lists the options", path);
}

/// The library's three commonest complaints as a sentence; others as they are.
std::string in_plain_words(const std::string& complaint) {
  constexpr std::string_view is_required = " is required";
  if (complaint.ends_with(is_required)) {
    return fmt::format("`{}` is missing", complaint.substr(0, complaint.size() - is_required.size()));
  }
  const auto colon = complaint.find(": ");
  if (colon == std::string::npos) {
    return complaint;
  }
  const auto name = complaint.substr(0, colon);
  const auto rest = complaint.substr(colon + 2);
  if (rest.starts_with("1 required ") && rest.ends_with(" missing")) {
    return fmt::format("`{}` needs a value", name);
  }
  constexpr std::string_view not_in = " not in {";
  const auto list = rest.find(not_in);
  if (list != std::string::npos && rest.ends_with('}')) {
    const auto start = list + not_in.size();
    return fmt::format("`{}` cannot be `{}`: it is one of {}",
                       name,
                       rest.substr(0, list),
                       replace_all(rest.substr(start, rest.size() - start - 1), ",", ", "));
  }
  return complaint;
}

class CliParser final : public Parser {
public:
  CliParser() {
    m_app.name("pyw");
    m_app.set_help_flag("");
    m_app.require_subcommand(0, 1);
    m_app.fallthrough();
    add_globals();
    for (const auto& command : command_table()) {
      prepare(*m_app.add_subcommand(std::string(command.name), std::string(command.summary)));
    }
    m_runners.resize(command_table().size());
  }

  [[nodiscard]] const CLI::App& complete_app() override {
    for (std::size_t i = 0; i < m_runners.size(); ++i) {
      declare(i);
    }
    return m_app;
  }

  [[nodiscard]] Result<Invocation> parse(const std::vector<std::string>& arguments,
                                         const Path& current_directory) override {
    declare_those_in(arguments);
    if (arguments.empty()) {
      return help_invocation(overview_help(command_table()));
    }
    if (arguments.front() == "help") {
      return parse_help(arguments);
    }
    try {
      auto reversed = with_joined_values(arguments);
      std::reverse(reversed.begin(), reversed.end()); // CLI11 takes them from the back
      m_app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
      return help_invocation(help_for(*deepest_parsed(m_app)));
    } catch (const CLI::ParseError& error) {
      return failure(explain(error, arguments));
    }
    return invocation(current_directory);
  }

private:
  /// The options and subcommands of one command. All commands' take 5 ms to declare (200 of 300 options are
  /// never looked at), which is more than the rest of a start.
  void declare(std::size_t index) {
    if (m_runners[index]) {
      return;
    }
    const auto& command = command_table()[index];
    auto& sub = *m_app.get_subcommand(std::string(command.name));
    m_runners[index] = command.declare(sub);
    for (auto* nested : sub.get_subcommands([](const CLI::App*) { return true; })) {
      prepare(*nested);
    }
  }

  /// A value that happens to be called like a command only declares one more.
  void declare_those_in(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < m_runners.size(); ++i) {
      if (std::find(arguments.begin(), arguments.end(), command_table()[i].name) != arguments.end()) {
        declare(i);
      }
    }
  }

  /// `--flag true` and `--flag false` are taken as `--flag=true`, as wrangler does; CLI11 knows only the
  /// latter.
  [[nodiscard]] std::vector<std::string> with_joined_values(const std::vector<std::string>& arguments) const {
    const CLI::App* at = &m_app;
    std::vector<std::string> out;
    for (const auto& argument : arguments) {
      const auto* flag =
          out.empty() || !out.back().starts_with("--") ? nullptr : option_named(out.back(), *at);
      if ((argument == "true" || argument == "false") && flag != nullptr && flag->get_expected_max() == 0) {
        out.back() += "=" + argument;
        continue;
      }
      for (const auto* sub : at->get_subcommands([](const CLI::App*) { return true; })) {
        at = sub->get_name() == argument ? sub : at;
      }
      out.push_back(argument);
    }
    return out;
  }

  [[nodiscard]] const CLI::Option* option_named(const std::string& name, const CLI::App& at) const {
    const auto* found = at.get_option_no_throw(name);
    return found != nullptr ? found : m_app.get_option_no_throw(name);
  }

  void add_globals() {
    m_app.add_option("-c,--config", m_values.configs, "the wrangler file to use")
        ->type_name("FILE")
        ->expected(1)
        ->take_all();
    m_app.add_option("-C,--directory,--cwd", m_values.directory, "work in this folder")->type_name("DIR");
    m_app.add_option("-e,--env", m_values.environment, "the environment to use")->type_name("NAME");
    m_app.add_flag("-v,--verbose", m_values.verbose, "say more");
    m_app.add_flag("-q,--quiet", m_values.quiet, "say only errors");
    m_app.add_flag("--json", m_values.json, "machine-readable output on stdout");
    m_app.add_flag("--no-progress", m_values.no_progress, "no progress bars");
    m_app.add_flag("--offline", m_values.offline, "do not touch the network");
    m_app.add_flag("-V,--version", m_version, "print the version");
    m_app.set_help_flag("-h,--help", "show help");
  }

  static void prepare(CLI::App& sub) {
    sub.set_help_flag("-h,--help", "show this help");
    sub.fallthrough();
  }

  static Invocation help_invocation(std::string text) {
    Invocation invocation;
    invocation.kind = Invocation::Kind::help;
    invocation.text = std::move(text);
    return invocation;
  }

  [[nodiscard]] std::string help_for(const CLI::App& parsed) const {
    if (&parsed == &m_app) {
      return overview_help(command_table());
    }
    for (const auto& command : command_table()) {
      if (parsed.get_name() == command.name && parsed.get_parent() == &m_app) {
        return command_help(command, parsed);
      }
    }
    return parsed.help("pyw " + parsed.get_parent()->get_name()); // of a subcommand
  }

  [[nodiscard]] Result<Invocation> parse_help(const std::vector<std::string>& arguments) const {
    const CLI::App* at = &m_app;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const auto names = known_subcommands(*at);
      if (std::find(names.begin(), names.end(), arguments[i]) == names.end()) {
        return failure(unknown_command(arguments[i], *at));
      }
      at = at->get_subcommand(arguments[i]);
    }
    return help_invocation(help_for(*at));
  }

  [[nodiscard]] Error unknown_command(const std::string& name, const CLI::App& at) const {
    std::vector<std::string> hints;
    if (const auto guess = nearest(name, known_subcommands(at))) {
      hints.push_back(fmt::format("did you mean `{}`?", *guess));
    }
    hints.push_back(help_hint(m_app, at));
    return usage_error(fmt::format("unknown command `{}`", name), std::move(hints));
  }

  [[nodiscard]] Error explain(const CLI::ParseError& error, const std::vector<std::string>&) const {
    const auto& at = *deepest_parsed(m_app);
    const auto left = m_app.remaining(true);
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !left.empty()) {
      const auto& name = left.front();
      if (!name.starts_with('-')) {
        if (!known_subcommands(at).empty()) {
          return unknown_command(name, at);
        }
        return usage_error(fmt::format("unexpected argument `{}`", name), {help_hint(m_app, at)});
      }
      std::vector<std::string> hints;
      if (const auto guess = nearest(name.substr(0, name.find('=')), known_options(at, m_app))) {
        hints.push_back(fmt::format("did you mean `{}`?", *guess));
      }
      hints.push_back(help_hint(m_app, at));
      return usage_error(fmt::format("unknown option `{}`", name), std::move(hints));
    }
    return usage_error(in_plain_words(error.what()), {help_hint(m_app, at)});
  }

  [[nodiscard]] Result<Invocation> invocation(const Path& current_directory) {
    Invocation invocation;
    if (m_version) {
      invocation.kind = Invocation::Kind::version;
      invocation.text = "pyw " PYW_VERSION "\n";
      return invocation;
    }
    if (m_values.verbose && m_values.quiet) {
      return failure(usage_error("`--verbose` and `--quiet` exclude each other"));
    }
    const auto commands = m_app.get_subcommands();
    if (commands.empty()) {
      return failure(usage_error("no command given", {help_hint(m_app, m_app)}));
    }
    if (m_values.configs.size() > 1 && commands.front()->get_name() != "dev") {
      return failure(usage_error("`-c` is given more than once", {"only `pyw dev` serves several Workers"}));
    }
    const auto& table = command_table();
    const auto found = std::find_if(table.begin(), table.end(), [&](const auto& entry) {
      return entry.name == commands.front()->get_name();
    });
    invocation.runner = m_runners.at(static_cast<std::size_t>(found - table.begin()));
    invocation.verbosity = m_values.verbose ? Verbosity::verbose
                           : m_values.quiet ? Verbosity::quiet
                                            : Verbosity::normal;
    invocation.progress = !m_values.no_progress;
    auto& options = invocation.options;
    options.directory = m_values.directory.empty()
                            ? current_directory
                            : (current_directory / m_values.directory).lexically_normal();
    if (!options.directory.has_filename()) {
      options.directory = options.directory.parent_path(); // `-C project/`
    }
    for (const auto& config : m_values.configs) {
      auto path = (options.directory / config).lexically_normal();
      if (!options.config) {
        options.config = std::move(path);
      } else {
        options.more_configs.push_back(std::move(path));
      }
    }
    if (m_app.count("--env") > 0) {
      options.environment = m_values.environment;
    }
    options.format = m_values.json ? OutputFormat::json : OutputFormat::text;
    options.network = m_values.offline ? Network::offline : Network::allowed;
    return invocation;
  }

  CLI::App m_app;
  GlobalValues m_values;
  bool m_version = false;
  std::vector<Runner> m_runners;
};

} // namespace

std::unique_ptr<Parser> make_parser() {
  return std::make_unique<CliParser>();
}

} // namespace pyw::commands
