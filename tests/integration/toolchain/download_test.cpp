#include "fake_server.hpp"

#include <base/memory_reporter.hpp>
#include <net/client.hpp>
#include <support/catch.hpp>

#include <sys/resource.h>

#include <csignal>

using namespace pyw;

namespace {

/// 200,000 bytes that repeat nowhere near.
std::string sample_content() {
  std::string content;
  std::uint32_t state = 1;
  while (content.size() < 200'000) {
    state = state * 1'664'525 + 1'013'904'223;
    content += static_cast<char>(state >> 24U);
  }
  return content;
}

struct Bench {
  test::FakeServer server;
  test::TemporaryFolder folder;
  RealFileSystem files;
  ManualClock clock;
  MemoryReporter reporter;
  Environment environment;
  std::string content = sample_content();
  std::unique_ptr<HttpClient> http = net::make_http_client(environment, clock, reporter);

  Bench() { server.serve("file", content); }

  [[nodiscard]] Path target() const { return folder.path() / "target"; }

  [[nodiscard]] HttpClient::Download to(const std::string& path) const {
    HttpClient::Download download;
    download.request.url = server.url(path);
    download.destination = target();
    return download;
  }

  [[nodiscard]] Result<void> fetch(const std::string& path) { return http->download({to(path)}); }

  [[nodiscard]] std::string fetched() { return files.read(target()).value_or(""); }
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("downloads arrive whole, many at once") {
  Bench bench;
  std::vector<HttpClient::Download> downloads;
  int arrived = 0;
  for (int i = 0; i < 20; ++i) {
    auto download = bench.to("/file");
    download.destination = bench.folder.path() / std::to_string(i);
    download.arrived = [&arrived] { ++arrived; };
    downloads.push_back(std::move(download));
  }
  REQUIRE(bench.http->download(std::move(downloads)));
  CHECK(arrived == 20);
  for (int i = 0; i < 20; ++i) {
    CHECK(bench.files.read(bench.folder.path() / std::to_string(i)).value() == bench.content);
  }
}

TEST_CASE("a download that stumbles arrives all the same") {
  Bench bench;
  const auto* path = GENERATE("/fails=2/status=503/file",
                              "/fails=3/status=500/file",
                              "/cut=1000/fails=3/file",
                              "/plain/cut=1000/fails=1/file",
                              "/changing/cut=1000/fails=1/file",
                              "/bad-range/cut=1000/fails=1/file",
                              "/redirect=0/file",
                              "/chunked/file",
                              "/plain/file");
  INFO(path);
  REQUIRE(bench.fetch(path));
  CHECK(bench.fetched() == bench.content);
}

TEST_CASE("a cut download goes on where it ended") {
  Bench bench;
  REQUIRE(bench.fetch("/cut=1000/fails=1/file"));
  const auto requests = bench.server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(contains(requests[1], R"("Range": "bytes=1000-")"));
  CHECK(contains(requests[1], "If-Range"));
  CHECK(bench.fetched() == bench.content);
}

TEST_CASE("another run goes on where an interrupted one ended") {
  Bench bench;
  const auto first =
      bench.fetch("/cut=1000/file"); // each try brings 1000 bytes more, and 50 tries are the limit
  REQUIRE_FALSE(first);
  CHECK(bench.fetched().size() == 50'000);
  REQUIRE(bench.fetch("/file"));
  CHECK(contains(bench.server.requests().back(), R"("Range": "bytes=50000-")"));
  CHECK(bench.fetched() == bench.content);
}

TEST_CASE("what is whole is not fetched again") {
  Bench bench;
  REQUIRE(bench.fetch("/file"));
  REQUIRE(bench.fetch("/file"));
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("Retry-After is honoured") {
  Bench bench;
  const auto started = bench.clock.monotonic();
  REQUIRE(bench.fetch("/retry-after=60/status=503/fails=1/file"));
  CHECK(bench.clock.monotonic() - started >= std::chrono::seconds(60));
}

TEST_CASE("a server that asks for an hour is not waited for") {
  Bench bench;
  const auto outcome = bench.fetch("/retry-after=3600/status=503/fails=1/file");
  REQUIRE_FALSE(outcome);
  CHECK(contains(outcome.error().message(), "answered with status 503"));
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("a refusal is told with its status and a hint, and not retried") {
  Bench bench;
  const auto outcome = bench.fetch("/absent");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() ==
        fmt::format("`{}` answered with status 404", bench.server.url("/absent")));
  CHECK(outcome.error().diagnostics.front().hints ==
        std::vector<std::string>{"check that the registry or mirror in your settings carries this file"});
  CHECK(bench.server.requests().size() == 1);
}

TEST_CASE("the others arrive although one fails") {
  Bench bench;
  auto other = bench.to("/absent");
  other.destination = bench.folder.path() / "other";
  const auto outcome = bench.http->download({other, bench.to("/file")});
  REQUIRE_FALSE(outcome);
  CHECK(contains(outcome.error().message(), "404"));
  CHECK(bench.fetched() == bench.content);
}

TEST_CASE("progress counts what a continued download had already") {
  Bench bench;
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  bool forward = true;
  auto download = bench.to("/cut=100000/fails=1/file");
  download.progress = [&](std::uint64_t done, std::uint64_t of) {
    forward = forward && done >= last;
    last = done;
    total = of;
  };
  REQUIRE(bench.http->download({download}));
  CHECK(forward);
  CHECK(last == bench.content.size());
  CHECK(total == bench.content.size());
}

TEST_CASE("a server that sends too much is stopped, and its bytes are thrown away") {
  Bench bench;
  auto download = bench.to("/file");
  download.size_limit = bench.content.size() - 1;
  const auto outcome = bench.http->download({download});
  REQUIRE_FALSE(outcome);
  CHECK(contains(outcome.error().message(), "sends more than the 199999 bytes it should"));
  CHECK(bench.fetched().empty());
  download.size_limit = bench.content.size();
  CHECK(bench.http->download({download}));
}

TEST_CASE("a full disk ends a download at once, in words") {
  Bench bench;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{4096, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto outcome = bench.fetch("/file");
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message() ==
        fmt::format("cannot write `{}`: File too large", bench.target().string()));
  CHECK(bench.server.requests().size() == 1);
}
