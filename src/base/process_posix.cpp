#include <base/platform.hpp>
#include <base/process.hpp>
#include <base/unique_fd.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>

extern char** environ; // NOLINT: POSIX names it so

namespace pyw {

namespace {

using Clock = std::chrono::steady_clock;

Exit exit_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    return {Exit::Kind::signalled, WTERMSIG(wait_status)};
  }
  return {Exit::Kind::exited, WEXITSTATUS(wait_status)};
}

class PosixChild final : public ChildProcess {
public:
  PosixChild(pid_t pid, bool own_group, UniqueFd exit, UniqueFd in, UniqueFd out, UniqueFd err)
      : m_pid(pid), m_own_group(own_group), m_exit_descriptor(std::move(exit)), m_input(std::move(in)),
        m_output(std::move(out)), m_error(std::move(err)) {}

  PosixChild(const PosixChild&) = delete;
  PosixChild& operator=(const PosixChild&) = delete;

  ~PosixChild() override {
    if (!poll_exit()) {
      signal(SIGKILL);
      int status = 0;
      while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
      }
    }
  }

  [[nodiscard]] int pid() const override { return m_pid; }

  [[nodiscard]] int exit_descriptor() const override { return m_exit_descriptor.get(); }

  [[nodiscard]] int input_descriptor() const override { return m_input.get(); }

  [[nodiscard]] int output_descriptor() const override { return m_output.get(); }

  [[nodiscard]] int error_descriptor() const override { return m_error.get(); }

  [[nodiscard]] std::optional<Exit> poll_exit() override {
    if (!m_exit) {
      int status = 0;
      if (::waitpid(m_pid, &status, WNOHANG) == m_pid) {
        m_exit = exit_of(status);
      }
    }
    return m_exit;
  }

  void signal(int signal_number) override {
    if (!m_exit) { // once reaped, the number may belong to somebody else
      ::kill(m_own_group ? -m_pid : m_pid, signal_number);
    }
  }

  [[nodiscard]] std::optional<Exit> wait(std::chrono::milliseconds timeout) override {
    const auto deadline = Clock::now() + timeout;
    for (;;) {
      if (auto ended = poll_exit()) {
        return ended;
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) {
        return std::nullopt;
      }
      pollfd entry{m_exit_descriptor.get(), POLLIN, 0};
      ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count() + 1, 60'000)));
    }
  }

  void close_input() { m_input.reset(); }

  void close_output() { m_output.reset(); }

  void close_error() { m_error.reset(); }

private:
  pid_t m_pid;
  bool m_own_group;
  UniqueFd m_exit_descriptor;
  UniqueFd m_input;
  UniqueFd m_output;
  UniqueFd m_error;
  std::optional<Exit> m_exit;
};

struct PipeEnds {
  UniqueFd read;
  UniqueFd write;
};

Result<PipeEnds> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return failure(system_error("cannot make a pipe", errno));
  }
  return PipeEnds{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<std::string> environment_for(const Command& command) {
  std::vector<std::string> entries;
  for (auto** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!command.environment.contains(std::string(text.substr(0, text.find('='))))) {
      entries.emplace_back(text);
    }
  }
  for (const auto& [name, value] : command.environment) {
    if (value) {
      entries.push_back(fmt::format("{}={}", name, *value));
    }
  }
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child does between fork and exec: only async-signal-safe calls (signal-safety(7)).
struct ChildSetup {
  const char* working_directory;
  std::array<int, 3> standard; ///< descriptors for 0, 1, 2; -1 keeps the inherited one
  const std::vector<std::pair<int, int>>* descriptors;
  bool own_group;
  bool die_with_parent;
  int parent;
  int error_pipe;
  const platform::ConfinementRules* confinement; ///< nullptr: none
};

[[noreturn]] void fail_in_child(const ChildSetup& setup) {
  const int code = errno;
  [[maybe_unused]] const auto written = ::write(setup.error_pipe, &code, sizeof code);
  ::_exit(127);
}

[[noreturn]] void run_child(const ChildSetup& setup, const char* program, char** argv, char** environment) {
  if (setup.own_group) {
    ::setpgid(0, 0);
  }
  if (setup.die_with_parent) {
    platform::die_with_parent(setup.parent);
  }
  for (int number = 1; number < NSIG; ++number) {
    ::signal(number, SIG_DFL); // fails for SIGKILL and SIGSTOP, which is fine
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (setup.working_directory != nullptr && ::chdir(setup.working_directory) != 0) {
    fail_in_child(setup);
  }
  platform::close_on_exec_from(3);
  // First everything high out of the way: a source may have the number of another one's target.
  constexpr int out_of_the_way = 200;
  std::array<int, 3> sources = setup.standard;
  for (auto& source : sources) {
    if (source >= 0) {
      source = ::fcntl(source, F_DUPFD_CLOEXEC, out_of_the_way);
    }
  }
  std::array<int, 16> extra{};
  std::size_t count = 0;
  for (const auto& [target, source] : *setup.descriptors) {
    if (count < extra.size()) {
      extra[count++] = ::fcntl(source, F_DUPFD_CLOEXEC, out_of_the_way);
    }
  }
  for (int target = 0; target < 3; ++target) {
    const auto source = sources[static_cast<std::size_t>(target)];
    if (source >= 0 && ::dup2(source, target) < 0) {
      fail_in_child(setup);
    }
  }
  count = 0;
  for (const auto& [target, source] : *setup.descriptors) {
    if (count < extra.size() && ::dup2(extra[count++], target) < 0) {
      fail_in_child(setup);
    }
  }
  if (setup.confinement != nullptr && !platform::enter_confinement(*setup.confinement)) {
    fail_in_child(setup);
  }
  ::execve(program, argv, environment);
  fail_in_child(setup);
}

/// The file to execute: argv[0] itself, or the first match in PATH.
Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    return name;
  }
  const auto* path = ::getenv("PATH");
  std::string_view folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!folders.empty()) {
    const auto end = std::min(folders.find(':'), folders.size());
    const auto candidate = fmt::format("{}/{}", folders.substr(0, end), name);
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return failure(user_error(fmt::format("`{}` is not in PATH", name)));
}

struct StdioPlan {
  UniqueFd child;  ///< the child's end; invalid means inherited
  UniqueFd parent; ///< our end of a pipe
};

Result<StdioPlan> plan_stdio(Stdio how, int number) {
  StdioPlan plan;
  if (how == Stdio::null) {
    plan.child = UniqueFd(::open("/dev/null", (number == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC));
  } else if (how == Stdio::pipe) {
    PYW_TRY_ASSIGN(auto ends, make_pipe());
    plan.child = std::move(number == 0 ? ends.read : ends.write);
    plan.parent = std::move(number == 0 ? ends.write : ends.read);
  }
  return plan;
}

Result<std::unique_ptr<PosixChild>> start_child(const Command& command) {
  PYW_TRY_ASSIGN(const auto program, find_program(command.argv.at(0)));
  PYW_TRY_ASSIGN(auto input, plan_stdio(command.input ? Stdio::pipe : command.standard_input, 0));
  PYW_TRY_ASSIGN(auto output, plan_stdio(command.standard_output, 1));
  PYW_TRY_ASSIGN(auto error, plan_stdio(command.standard_error, 2));
  PYW_TRY_ASSIGN(auto report, make_pipe());
  std::optional<platform::ConfinementRules> confinement;
  if (command.confinement) {
    PYW_TRY_ASSIGN(confinement, platform::make_confinement(*command.confinement));
  }

  auto argument_texts = command.argv;
  auto arguments = pointers_to(argument_texts);
  auto environment_texts = environment_for(command);
  auto environment = pointers_to(environment_texts);
  const auto directory = command.working_directory.value_or(Path{}).string();

  ChildSetup setup{};
  setup.working_directory = command.working_directory ? directory.c_str() : nullptr;
  setup.standard = {input.child.get(), output.child.get(), error.child.get()};
  setup.descriptors = &command.descriptors;
  setup.own_group = command.own_group;
  setup.die_with_parent = command.when_parent_dies == WhenParentDies::kill;
  setup.parent = ::getpid();
  setup.error_pipe = report.write.get();
  setup.confinement = confinement ? &*confinement : nullptr;

  // Signals stay blocked over the fork so that no handler of ours runs in the child.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const auto pid = ::fork();
  if (pid == 0) {
    run_child(setup, program.c_str(), arguments.data(), environment.data());
  }
  const int fork_error = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    return failure(system_error(fmt::format("cannot start `{}`", command.argv[0]), fork_error));
  }
  if (command.own_group) {
    ::setpgid(pid, pid); // both sides do it, whoever comes first
  }
  report.write.reset();
  int code = 0;
  ssize_t got = 0;
  while ((got = ::read(report.read.get(), &code, sizeof code)) < 0 && errno == EINTR) {
  }
  if (got == static_cast<ssize_t>(sizeof code)) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return failure(system_error(fmt::format("cannot start `{}`", command.argv[0]), code));
  }
  PYW_TRY_ASSIGN(auto exit_descriptor, platform::process_descriptor(pid));
  return std::make_unique<PosixChild>(pid,
                                      command.own_group,
                                      std::move(exit_descriptor),
                                      std::move(input.parent),
                                      std::move(output.parent),
                                      std::move(error.parent));
}

/// Reads once; false at the end of the stream.
bool drain_once(int descriptor, std::string& into) {
  std::array<char, 16384> buffer{};
  const auto got = ::read(descriptor, buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }
  return got < 0 && (errno == EINTR || errno == EAGAIN);
}

void emit_lines(const std::string& text, std::size_t& emitted, const LineSink& sink) {
  if (!sink) {
    return;
  }
  for (;;) {
    const auto end = text.find('\n', emitted);
    if (end == std::string::npos) {
      return;
    }
    sink(std::string_view(text).substr(emitted, end - emitted));
    emitted = end + 1;
  }
}

/// For poll(2): milliseconds from now to the deadline, at least 0 and rounded up; -1 is for ever.
int milliseconds_to(std::optional<Clock::time_point> deadline) {
  if (!deadline) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

/// Feeds the child and collects from it until both its streams are closed, or it is too late.
void communicate(PosixChild& child,
                 std::string_view input,
                 std::optional<Clock::time_point> deadline,
                 ProcessOutput& output,
                 const LineSink& sink) {
  std::size_t emitted = 0;
  if (child.input_descriptor() >= 0) {
    if (input.empty()) {
      child.close_input();
    } else {
      ::fcntl(child.input_descriptor(), F_SETFL, O_NONBLOCK); // a child that does not read must not block us
    }
  }
  while (child.output_descriptor() >= 0 || child.error_descriptor() >= 0) {
    std::array<pollfd, 3> entries{{{child.output_descriptor(), POLLIN, 0},
                                   {child.error_descriptor(), POLLIN, 0},
                                   {child.input_descriptor(), POLLOUT, 0}}};
    const int ready = ::poll(entries.data(), entries.size(), milliseconds_to(deadline));
    if ((ready < 0 && errno != EINTR) || (ready == 0 && milliseconds_to(deadline) == 0)) {
      return;
    }
    if (ready <= 0) {
      continue; // what poll leaves in revents then means nothing
    }
    if (entries[0].revents != 0 && !drain_once(child.output_descriptor(), output.standard_output)) {
      child.close_output();
    }
    if (entries[1].revents != 0) {
      if (!drain_once(child.error_descriptor(), output.standard_error)) {
        child.close_error();
      }
      emit_lines(output.standard_error, emitted, sink);
    }
    if (entries[2].revents != 0) {
      const auto written = ::write(child.input_descriptor(), input.data(), input.size());
      input.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
      if (input.empty() || (written < 0 && errno != EAGAIN && errno != EINTR)) {
        child.close_input(); // EPIPE: it does not want the rest
      }
    }
  }
}

} // namespace

Result<std::unique_ptr<ChildProcess>> RealProcessRunner::start(const Command& command) {
  PYW_TRY_ASSIGN(auto child, start_child(command));
  return std::unique_ptr<ChildProcess>(std::move(child));
}

Result<ProcessOutput> RealProcessRunner::run(const Command& command, const LineSink& on_error_line) {
  PYW_TRY_ASSIGN(const auto child, start_child(command));
  ProcessOutput output;
  const auto deadline = command.time_limit ? std::optional(Clock::now() + *command.time_limit) : std::nullopt;
  communicate(*child, command.input.value_or(""), deadline, output, on_error_line);
  std::optional<Exit> ended;
  while (!ended) {
    ended = child->wait(std::chrono::milliseconds(deadline ? milliseconds_to(deadline) : 60'000));
    if (!ended && milliseconds_to(deadline) == 0) {
      output.timed_out = true;
      child->signal(SIGKILL);
      ended = child->wait(std::chrono::minutes(1));
    }
  }
  output.exit = *ended;
  return output;
}

} // namespace pyw
