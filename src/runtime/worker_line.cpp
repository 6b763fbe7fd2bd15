#include <runtime/worker_line.hpp>
#include <runtime/worker_output.hpp>

namespace pyw::runtime {

WorkerLine read_worker_line(std::string_view text) {
  using Kind = OutputLine::Kind;
  auto line = read_output_line(text);
  WorkerLine read;
  read.severity = line.severity;
  read.text = std::move(line.text);
  read.error = std::move(line.error);
  read.details = std::move(line.details);
  read.ray = std::move(line.ray);
  read.trace = std::move(line.trace);
  switch (line.kind) {
  case Kind::nothing:
  case Kind::started:
  case Kind::trace:
    read.kind = WorkerLine::Kind::nothing;
    break;
  case Kind::log:
  case Kind::exception:
    read.kind = WorkerLine::Kind::log;
    break;
  case Kind::failure:
    read.kind = WorkerLine::Kind::failure;
    break;
  case Kind::fatal:
    read.kind = WorkerLine::Kind::fatal;
    break;
  case Kind::invocation:
    read.kind = WorkerLine::Kind::invocation;
    read.invocation = Invocation{std::move(line.invocation->kind),
                                 std::move(line.invocation->what),
                                 std::move(line.invocation->outcome),
                                 std::move(line.invocation->ray),
                                 line.invocation->wall_ms,
                                 line.invocation->cpu_ms,
                                 std::move(line.invocation->logs)};
    break;
  }
  return read;
}

} // namespace pyw::runtime
