// `pyw do`: the local data of Durable Objects: list, SQL, delete.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry durable_objects_command();

} // namespace pyw::commands
