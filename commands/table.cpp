#include <commands/table.hpp>

#include <commands/completion.hpp>

namespace pyw::commands {

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table{
      completion_command(),
  };
  return table;
}

} // namespace pyw::commands
