#include <commands/completion.hpp>
#include <commands/config.hpp>
#include <commands/dev.hpp>
#include <commands/doctor.hpp>
#include <commands/init.hpp>
#include <commands/packages.hpp>
#include <commands/sync.hpp>
#include <commands/table.hpp>
#include <commands/toolchain.hpp>
#include <commands/types.hpp>

namespace pyw::commands {

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table{
      init_command(),
      sync_command(),
      add_command(),
      remove_command(),
      types_command(),
      dev_command(),
      config_command(),
      toolchain_command(),
      doctor_command(),
      completion_command(),
  };
  return table;
}

} // namespace pyw::commands
