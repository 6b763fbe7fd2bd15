// Children: argv, never a shell string. Each child gets a process group of its own, stdin from /dev/null
// unless asked otherwise, an empty signal mask, and no descriptor that was not named.
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw {

/// Where a child's stdin, stdout or stderr goes.
enum class Stdio { null, inherit, pipe };

/// Whether the child is killed when pyw dies, however it dies (also kill -9).
enum class WhenParentDies { keep_running, kill };

/// What a child may do, as far as the kernel can hold it to that (platform::confinement_level, call_filter):
/// of the system's calls those that ordinary programs make, and with files what stands here. What does not
/// lie in one of these folders is refused, whatever its user may do; files stand for themselves. What is not
/// there when the child starts is left out.
struct Confinement {
  std::vector<Path> readable; ///< and executable
  std::vector<Path> writable; ///< to read, change, make and remove
  std::vector<Path> sockets;  ///< folders in which sockets may be made, and no more
  std::vector<Path> listable; ///< folders whose names may be read, with those of all folders in them
  /// Bytes of memory of its own that it may write (RLIMIT_DATA, setrlimit(2)); beyond, it gets none. nullopt:
  /// any.
  std::optional<std::uint64_t> data_bytes = {};
};

struct Command {
  std::vector<std::string> argv; ///< argv[0] is looked up in PATH when it has no '/'
  std::optional<Path> working_directory = {};
  /// Changes to the inherited environment: a value sets, nullopt removes.
  std::map<std::string, std::optional<std::string>> environment = {};
  Stdio standard_input = Stdio::null;
  Stdio standard_output = Stdio::pipe;
  Stdio standard_error = Stdio::pipe;
  /// (descriptor in the child, descriptor here): inherited beside the three standard ones.
  std::vector<std::pair<int, int>> descriptors = {};
  /// Written to the child's stdin, which is then closed; implies a pipe.
  std::optional<std::string> input = {};
  WhenParentDies when_parent_dies = WhenParentDies::kill;
  /// A child that shares the terminal's group gets Ctrl-C from the terminal itself; false gives it a group
  /// of its own.
  bool own_group = true;
  /// For run(): a child that has not ended by then is killed with its group; nullopt waits for ever.
  std::optional<std::chrono::milliseconds> time_limit = {};
  /// It leaves no core files, and cannot listen on a TCP port either, nor signal any process but its own.
  /// nullopt: as its user may.
  std::optional<Confinement> confinement = {};
};

/// How a process ended. A signal is not an exit code.
struct Exit {
  enum class Kind { exited, signalled };
  Kind kind = Kind::exited;
  int value = 0; ///< exit code or signal number

  [[nodiscard]] bool success() const { return kind == Kind::exited && value == 0; }

  bool operator==(const Exit&) const = default;
};

/// "exit code 3", "signal 9 (Killed)".
[[nodiscard]] std::string describe(const Exit& exit);

struct ProcessOutput {
  Exit exit;
  std::string standard_output;
  std::string standard_error;
  bool timed_out = false; ///< killed at Command::time_limit; what it wrote before is there
};

/// A running child. Destroying it kills the group and reaps.
class ChildProcess {
public:
  virtual ~ChildProcess() = default;
  [[nodiscard]] virtual int pid() const = 0;
  /// Becomes readable when the child has ended; for poll. -1 where there is none.
  [[nodiscard]] virtual int exit_descriptor() const = 0;
  /// Our ends of the pipes, -1 where none was asked for. The child object closes them.
  [[nodiscard]] virtual int input_descriptor() const = 0;
  [[nodiscard]] virtual int output_descriptor() const = 0;
  [[nodiscard]] virtual int error_descriptor() const = 0;
  /// nullopt while it runs.
  [[nodiscard]] virtual std::optional<Exit> poll_exit() = 0;
  /// Sends a signal to the child's group (or to the child when it has none); does nothing once it ended.
  virtual void signal(int signal_number) = 0;
  /// Waits for the end; nullopt when `timeout` passed before.
  [[nodiscard]] virtual std::optional<Exit> wait(std::chrono::milliseconds timeout) = 0;
};

/// SIGTERM, then SIGKILL to the group after `grace`; always reaps.
Exit stop(ChildProcess& child, std::chrono::milliseconds grace);

/// Called with each whole line of a child's stderr while it runs, without the newline.
using LineSink = std::function<void(std::string_view)>;

class ProcessRunner {
public:
  virtual ~ProcessRunner() = default;

  /// Runs to the end and captures what is piped. Fails only when the program cannot be started; a non-zero
  /// exit is an answer.
  [[nodiscard]] virtual Result<ProcessOutput> run(const Command& command,
                                                  const LineSink& on_error_line = {}) = 0;

  [[nodiscard]] virtual Result<std::unique_ptr<ChildProcess>> start(const Command& command) = 0;
};

/// The operating system's processes. SIGPIPE must be ignored (the program does it at its start): a child that
/// does not read its input is then an ordinary end of the writing.
class RealProcessRunner final : public ProcessRunner {
public:
  [[nodiscard]] Result<ProcessOutput> run(const Command& command, const LineSink& on_error_line) override;
  [[nodiscard]] Result<std::unique_ptr<ChildProcess>> start(const Command& command) override;
};

/// The command as a person would type it, quoted for a POSIX shell.
[[nodiscard]] std::string display(const Command& command);

} // namespace pyw
