// An API in memory: answers in turn, keeps what it was asked.
#pragma once

#include <base/clock.hpp>
#include <base/memory_filesystem.hpp>
#include <base/memory_reporter.hpp>
#include <base/world.hpp>
#include <cloud/api.hpp>

#include <deque>

namespace pyw::test {

class FakeHttp final : public HttpClient {
public:
  Result<HttpResponse> send(const HttpRequest& request, const TransferProgress&) override {
    requests.push_back(request);
    if (answers.empty()) {
      return failure(user_error("no more answers"));
    }
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  Result<void> download(std::vector<Download>) override { return failure(internal_error("not asked for")); }

  std::deque<Result<HttpResponse>> answers;
  std::vector<HttpRequest> requests;
};

class NoProcesses final : public ProcessRunner {
public:
  Result<ProcessOutput> run(const Command&, const LineSink&) override {
    return failure(internal_error("not asked for"));
  }

  Result<std::unique_ptr<ChildProcess>> start(const Command&) override {
    return failure(internal_error("not asked for"));
  }
};

/// A world with nothing real in it.
struct FakeWorld {
  MemoryFileSystem files;
  NoProcesses processes;
  FakeHttp http;
  ManualClock clock;
  MemoryReporter reporter;
  Environment environment{
      {{"CLOUDFLARE_API_BASE_URL", "http://api.test/v4/"}, {"CLOUDFLARE_API_TOKEN", "tok-en"}}};
  World world{files, processes, http, clock, reporter, environment};
  cloud::Api api{world, cloud::require_credentials(environment, files).value()};
};

inline Result<HttpResponse> answer(int status, std::string body, HttpHeaders headers = {}) {
  return HttpResponse{status, std::move(headers), std::move(body)};
}

inline Result<HttpResponse> refusal(int status, int code, HttpHeaders headers = {}) {
  return answer(status,
                R"({"success":false,"errors":[{"code":)" + std::to_string(code) +
                    R"(,"message":"no"}],"result":null})",
                std::move(headers));
}

inline Result<HttpResponse> good(const std::string& result) {
  return answer(200, R"({"success":true,"errors":[],"messages":[],"result":)" + result + "}");
}

} // namespace pyw::test
