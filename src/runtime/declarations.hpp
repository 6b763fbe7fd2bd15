// The TypeScript declarations that workerd itself gives for a compatibility date and flags: what a Worker of
// that date finds, where the package of declarations has what the newest one does.
//
// They come from the package's own worker (the part `workerd-types`), which is asked inside of a workerd that
// ends afterwards; no port is opened. That takes 2 s and more: the caller keeps what came out.
#pragma once

#include <base/world.hpp>

#include <string>
#include <vector>

namespace pyw::runtime {

struct DeclarationsRequest {
  Path workerd;                   ///< the program
  Path types;                     ///< the folder of the part `workerd-types`
  std::string date;               ///< "2026-01-15"
  std::vector<std::string> flags; ///< the project's
  Path scratch;                   ///< a folder for this run alone; removed afterwards
};

/// What workerd is asked: "/2026-01-15+flag". Without the flags `nodejs_compat…`, which declare nothing (the
/// platform's client leaves them out too).
[[nodiscard]] std::string declarations_path(const DeclarationsRequest& request);

/// Fails for a date or a flag that this workerd does not know, with its words, and when workerd does.
[[nodiscard]] Result<std::string> generate_declarations(const DeclarationsRequest& request, World& world);

} // namespace pyw::runtime
