// The runtime's process control, under the names that are used here.
#pragma once

#include <runtime/worker_process.hpp>

namespace pyw::devserver {

using runtime::Invocation;
using runtime::ProcessLimits;
using runtime::WorkerLine;
using runtime::WorkerProcess;

} // namespace pyw::devserver
