#include <commands/completion.hpp>
#include <commands/table.hpp>

namespace pyw::commands {

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table{
      completion_command(),
  };
  return table;
}

} // namespace pyw::commands
