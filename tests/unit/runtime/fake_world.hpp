// A world in memory for the tests of this folder: files, a runner that answers as told, no network.
#pragma once

#include <base/memory_filesystem.hpp>
#include <base/memory_reporter.hpp>
#include <base/world.hpp>

#include <functional>

namespace pyw::test {

class ScriptedRunner final : public ProcessRunner {
public:
  Result<ProcessOutput> run(const Command& command, const LineSink& /*on_error_line*/) override {
    commands.push_back(command);
    return answer(command);
  }

  Result<std::unique_ptr<ChildProcess>> start(const Command& /*command*/) override {
    return failure(internal_error("not here"));
  }

  std::function<ProcessOutput(const Command&)> answer = [](const Command&) { return ProcessOutput{}; };
  std::vector<Command> commands;
};

class NoHttp final : public HttpClient {
public:
  Result<HttpResponse> send(const HttpRequest& /*request*/, const TransferProgress& /*progress*/) override {
    return failure(internal_error("no network"));
  }

  Result<void> download(std::vector<Download> /*downloads*/) override {
    return failure(internal_error("no network"));
  }
};

struct FakeWorld {
  MemoryFileSystem files;
  ScriptedRunner processes;
  NoHttp http;
  ManualClock clock;
  MemoryReporter reporter;
  Environment environment;
  World world{files, processes, http, clock, reporter, environment};
};

} // namespace pyw::test
