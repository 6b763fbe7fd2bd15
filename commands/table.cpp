#include <commands/completion.hpp>
#include <commands/config.hpp>
#include <commands/dev.hpp>
#include <commands/doctor.hpp>
#include <commands/sync.hpp>
#include <commands/table.hpp>
#include <commands/toolchain.hpp>

namespace pyw::commands {

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table{
      sync_command(),
      dev_command(),
      config_command(),
      toolchain_command(),
      doctor_command(),
      completion_command(),
  };
  return table;
}

} // namespace pyw::commands
