#include <base/process.hpp>
#include <support/catch.hpp>

#include <unistd.h>

#include <csignal>

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
