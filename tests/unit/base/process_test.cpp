#include <base/platform.hpp>
#include <base/process.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

using namespace pyw;

TEST_CASE("a child's output and exit code are captured") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "echo out; echo err >&2; exit 7"};
  std::vector<std::string> lines;
  const auto output = runner.run(command, [&](std::string_view line) { lines.emplace_back(line); }).value();
  CHECK(output.exit == Exit{Exit::Kind::exited, 7});
  CHECK(output.standard_output == "out\n");
  CHECK(output.standard_error == "err\n");
  CHECK(lines == std::vector<std::string>{"err"});
}

TEST_CASE("more input than a pipe holds reaches the child") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"wc", "-c"};
  command.input = std::string(1'000'000, 'x');
  CHECK(runner.run(command, {}).value().standard_output.find("1000000") != std::string::npos);
}

TEST_CASE("a child that does not read its input does not block us") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"true"};
  command.input = std::string(1'000'000, 'x');
  CHECK(runner.run(command, {}).value().exit.success());
}

TEST_CASE("a child that outlasts its time is killed with its own children; what it said is kept") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "sleep 1000 & echo $!; wait"};
  SECTION("which holds the streams open") {}
  SECTION("which has closed them") {
    command.argv[2] = "sleep 1000 >&- 2>&- & echo $!; exec >&- 2>&-; wait";
  }
  // Long enough for a shell on a busy machine to say its line; the test would hang if the limit had no
  // effect.
  command.time_limit = std::chrono::milliseconds(1500);
  const auto output = runner.run(command, {}).value();
  CHECK(output.timed_out);
  CHECK(output.exit == Exit{Exit::Kind::signalled, SIGKILL});
  const auto grandchild = std::stoi(output.standard_output);
  // The one who reaps orphans may be slow: gone, or a zombie.
  const auto is_gone = [&] {
    std::ifstream status("/proc/" + std::to_string(grandchild) + "/stat");
    std::string text((std::istreambuf_iterator<char>(status)), {});
    return text.empty() || text.find(") Z") != std::string::npos;
  };
  while (!is_gone()) {
    ::sched_yield();
  }
}

TEST_CASE("a child that ends within its time is not disturbed") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "echo done; exit 3"};
  command.time_limit = std::chrono::hours(24 * 60);
  const auto output = runner.run(command, {}).value();
  CHECK_FALSE(output.timed_out);
  CHECK(output.exit == Exit{Exit::Kind::exited, 3});
  CHECK(output.standard_output == "done\n");
}

TEST_CASE("a signal is not an exit code") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "kill -9 $$"};
  CHECK(runner.run(command, {}).value().exit == Exit{Exit::Kind::signalled, SIGKILL});
}

TEST_CASE("a program that is not there is an error with its name") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"pyw-no-such-program"};
  const auto output = runner.run(command, {});
  REQUIRE_FALSE(output);
  CHECK(output.error().message() == "`pyw-no-such-program` is not in PATH");
}

TEST_CASE("environment, folder and extra descriptors reach the child") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "echo $PYW_A-${HOME-unset}; pwd; echo three >&3"};
  command.environment = {{"PYW_A", "set"}, {"HOME", std::nullopt}};
  command.working_directory = "/";
  command.descriptors = {{3, 1}};
  const auto output = runner.run(command, {}).value();
  CHECK(output.standard_output == "set-unset\n/\n");
}

TEST_CASE("stopping ends in SIGKILL for a child that ignores SIGTERM") {
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"};
  const auto child = runner.start(command).value();
  char ready = 0;
  REQUIRE(::read(child->output_descriptor(), &ready, 1) == 1);
  CHECK(stop(*child, std::chrono::milliseconds(50)) == Exit{Exit::Kind::signalled, SIGKILL});
}

TEST_CASE("a child inherits the descriptors that it is given, and no others") {
  const test::TemporaryFolder folder;
  const UniqueFd leaking(::open(folder.path().c_str(), O_RDONLY)); // without O_CLOEXEC, as some libraries do
  const UniqueFd given(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  RealProcessRunner runner;
  Command command;
  command.argv = {"sh", "-c", "ls /proc/$$/fd"};
  command.descriptors.emplace_back(7, given.get());
  const auto told = runner.run(command, {}).value().standard_output;
  CHECK(told == "0\n1\n2\n7\n");
}

TEST_CASE("a confined child, and what it starts, has the files that it was given") {
  if (platform::confinement_level() == 0) {
    WARN("this kernel cannot confine");
    return;
  }
  const test::TemporaryFolder folder;
  for (const auto* name : {"mine", "given", "others"}) {
    std::filesystem::create_directory(folder.path() / name);
    std::ofstream(folder.path() / name / "file") << name;
  }
  RealProcessRunner runner;
  const auto run = [&](const std::string& script) {
    Command command;
    command.argv = {"sh", "-c", script};
    command.working_directory = folder.path();
    command.confinement = Confinement{{"/bin", "/lib", "/lib64", "/usr", "/etc", folder.path() / "given"},
                                      {folder.path() / "mine", "/dev/null"},
                                      {},
                                      {}};
    return runner.run(command, {}).value();
  };
  CHECK(run("cat given/file mine/file").standard_output == "givenmine");
  CHECK(run("echo changed >mine/file && mv mine/file mine/other && cat mine/other").standard_output ==
        "changed\n");
  CHECK_FALSE(run("echo changed >given/file").exit.success());
  CHECK_FALSE(run("rm given/file").exit.success());
  CHECK(run("cat others/file").standard_output.empty());
  CHECK(run("sh -c 'cat others/file'").standard_output.empty());
  CHECK(run("ls others").standard_output.empty());
  CHECK(run("cat /proc/$PPID/environ").standard_output.empty());
}

TEST_CASE("a confined child is refused calls that it has no business with, memory and core files") {
  RealProcessRunner runner;
  const auto run = [&](const std::string& script, bool confined) {
    Command command;
    command.argv = {"python3", "-c", "import ctypes, mmap, resource, socket\n" + script};
    if (confined) {
      command.confinement = Confinement{{"/"}, {"/dev/null"}, {}, {"/"}};
      command.confinement->data_bytes = std::uint64_t{1} << 30U;
    }
    return runner.run(command, {}).value().standard_output;
  };
  // Linux's numbers: PTRACE_TRACEME is 0; CLONE_NEWUTS needs a right that root has.
  const std::string traced = "print(ctypes.CDLL(None).ptrace(0, 0, 0, 0))";
  const std::string packets =
      "print(type(socket.socket(16, socket.SOCK_RAW)).__name__)\n"
      "try:\n    socket.socket(38, socket.SOCK_SEQPACKET)\nexcept OSError as error:\n    print(error.errno)";
  const std::string memory =
      "try:\n    mmap.mmap(-1, 2 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n    print('got it')\n"
      "except OSError:\n    print('no')";
  const std::string cores = "print(resource.getrlimit(resource.RLIMIT_CORE))";
  if (platform::filters_calls()) {
    CHECK(run(traced, true) == "-1\n");
    CHECK(run(packets, true) == "socket\n1\n"); // EPERM: no such family for it
  } else {
    WARN("this kernel, or a machine without libseccomp, filters no calls");
  }
  CHECK(run(traced, false) == "0\n");
  CHECK(run(memory, false) == "got it\n");
  CHECK(run(memory, true) == "no\n");
  CHECK(run(cores, true) == "(0, 0)\n");
  CHECK(run("import threading\nt = threading.Thread(target=print, args=('thread',))\nt.start(); t.join()",
            true) == "thread\n");
}
