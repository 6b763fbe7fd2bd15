// What `pyw types` says of what it did.
#pragma once

#include <commands/command.hpp>
#include <commands/types_write.hpp>

namespace pyw::commands {

/// Of `--report`: what became Any, and syntax that was not understood.
void show_report(Context& context, const typegen::StubReport& report);

/// Of `--check`: a diff, and the exit code.
[[nodiscard]] int check_result(Context& context, const StubPlace& place, const Comparison& comparison);

void show_written(Context& context,
                  const StubPlace& place,
                  const Comparison& comparison,
                  std::size_t bindings);

} // namespace pyw::commands
