// What the accounts' processes may do with files, whatever a Worker's code makes of workerd: read the runtime
// and the system's libraries, and what else they are given (base/process.hpp, Confinement).
#pragma once

#include <base/process.hpp>
#include <runtime/parts.hpp>

namespace pyw::edge {

/// For any workerd. Names of folders and files can be read everywhere: workerd opens the root of the disk to
/// find files by their whole paths.
[[nodiscard]] Confinement confinement_for(const runtime::RuntimeParts& parts);

} // namespace pyw::edge
