#include <base/text.hpp>
#include <commands/completion.hpp>
#include <commands/parser.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>

namespace pyw::commands {

namespace {

struct CompletionOptions {
  std::string shell;
};

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::string words_of(const CLI::App& app) {
  auto words = subcommand_names(app);
  for (auto& name : option_names(app)) {
    words.push_back(std::move(name));
  }
  return join(words, " ");
}

std::string bash_script(const CLI::App& root) {
  std::string cases;
  for (const auto* sub : root.get_subcommands([](const CLI::App*) { return true; })) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", sub->get_name(), words_of(*sub));
  }
  return fmt::format(R"(_pyw() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" command="" word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
{}    *) words="{}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _pyw pyw
)",
                     cases,
                     words_of(root));
}

std::string zsh_script(const CLI::App& root) {
  // zsh runs bash completions once bashcompinit is loaded.
  return "#compdef pyw\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script(root);
}

std::string fish_script(const CLI::App& root) {
  std::string script = "complete -c pyw -f\n";
  for (const auto* sub : root.get_subcommands([](const CLI::App*) { return true; })) {
    script += fmt::format("complete -c pyw -n __fish_use_subcommand -a {} -d {}\n",
                          sub->get_name(),
                          shell_quote(sub->get_description()));
    for (const auto& name : option_names(*sub)) {
      script += fmt::format(
          "complete -c pyw -n '__fish_seen_subcommand_from {}' -l {}\n", sub->get_name(), name.substr(2));
    }
  }
  return script;
}

Result<int> run_completion(const CompletionOptions& options, Context& context) {
  const auto tree = make_parser();
  const auto& root = tree->complete_app();
  const auto script = options.shell == "bash"  ? bash_script(root)
                      : options.shell == "zsh" ? zsh_script(root)
                                               : fish_script(root);
  context.world.reporter.data(script);
  return 0;
}

} // namespace

CommandEntry completion_command() {
  return {
      "completion",
      "print a completion script for bash, zsh or fish",
      Group::tool,
      {{"pyw completion bash > ~/.local/share/bash-completion/completions/pyw", "for bash"},
       {"pyw completion fish > ~/.config/fish/completions/pyw.fish", "for fish"}},
      [](CLI::App& app) -> Runner {
        auto options = std::make_shared<CompletionOptions>();
        app.add_option("shell", options->shell, "bash, zsh or fish")
            ->required()
            ->check(CLI::IsMember({"bash", "zsh", "fish"}));
        return [options](Context& context) { return run_completion(*options, context); };
      },
  };
}

} // namespace pyw::commands
