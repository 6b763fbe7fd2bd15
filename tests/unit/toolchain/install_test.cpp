#include "fake_part.hpp"

#include <base/memory_filesystem.hpp>
#include <base/memory_reporter.hpp>
#include <base/platform.hpp>
#include <net/offline.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>
#include <toolchain/install.hpp>
#include <toolchain/portable.hpp>
#include <toolchain/toolchain.hpp>

#include <cerrno>
#include <deque>

using namespace pyw;
using namespace pyw::toolchain;
using test::FakePart;

namespace {

/// Serves what it was given by URL, each time the next; the last one stays.
class FakeRegistry final : public HttpClient {
public:
  explicit FakeRegistry(FileSystem& files) : m_files(files) {}

  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, const TransferProgress&) override {
    asked.push_back(request.url);
    return HttpResponse{content.contains(request.url) ? 200 : 404, {}, next(request.url)};
  }

  [[nodiscard]] Result<void> download(std::vector<Download> downloads) override {
    Result<void> outcome;
    for (const auto& download : downloads) {
      asked.push_back(download.request.url);
      if (!content.contains(download.request.url)) {
        outcome = failure(user_error("404 " + download.request.url));
        continue;
      }
      PYW_TRY(m_files.write(download.destination, next(download.request.url)));
      download.arrived();
    }
    return outcome;
  }

  std::map<std::string, std::deque<std::string>> content;
  std::vector<std::string> asked;

private:
  std::string next(const std::string& url) {
    auto& queue = content[url];
    if (queue.empty()) {
      content.erase(url);
      return "";
    }
    auto bytes = queue.front();
    if (queue.size() > 1) {
      queue.pop_front();
    }
    return bytes;
  }

  FileSystem& m_files;
};

class NoProcesses final : public ProcessRunner {
public:
  [[nodiscard]] Result<ProcessOutput> run(const Command&, const LineSink&) override {
    return failure(internal_error("no process is to be started"));
  }

  [[nodiscard]] Result<std::unique_ptr<ChildProcess>> start(const Command&) override {
    return failure(internal_error("no process is to be started"));
  }
};

struct InstallBench {
  MemoryFileSystem files;
  NoProcesses processes;
  FakeRegistry registry{files};
  ManualClock clock;
  MemoryReporter reporter;
  Environment environment{{{"HOME", "/home"}, {"npm_config_registry", "http://127.0.0.1/npm/"}}};
  World world{files, processes, registry, clock, reporter, environment};
  FakePart part;
  Cache cache{files, "/cache"};
  std::string url = "http://127.0.0.1/npm/tool/-/tool-1.0.tgz";
  std::array<const Pin*, 1> pins{&part.pin};

  [[nodiscard]] Result<void> install() { return toolchain::install(world, cache, "/project", pins); }

  [[nodiscard]] Condition condition() const { return cache.inspect(part.pin, CheckDepth::digests).condition; }
};

} // namespace

TEST_CASE("a part is fetched, checked and put in place") {
  InstallBench bench;
  bench.registry.content[bench.url] = {bench.part.archive};
  REQUIRE(bench.install());
  CHECK(bench.condition() == Condition::ready);
  CHECK(bench.registry.asked == std::vector<std::string>{bench.url});
  CHECK(bench.files.list(bench.cache.downloads_folder()).value().empty());
  CHECK(bench.reporter.progress_labels == std::vector<std::string>{"tool 1.0"});
}

TEST_CASE("wrong bytes are fetched once more, then refused") {
  InstallBench bench;
  auto wrong = bench.part.archive;
  wrong[600] = '!';
  SECTION("wrong once") {
    bench.registry.content[bench.url] = {wrong, bench.part.archive};
    REQUIRE(bench.install());
    CHECK(bench.condition() == Condition::ready);
  }
  SECTION("always wrong") {
    bench.registry.content[bench.url] = {wrong};
    const auto outcome = bench.install();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().message() == "what `http://127.0.0.1/npm/tool/-/tool-1.0.tgz` sent is not tool "
                                       "1.0: its digest differs from the pinned one");
    CHECK(bench.condition() == Condition::missing);
    CHECK(bench.files.list(bench.cache.downloads_folder()).value().empty());
  }
  CHECK(bench.registry.asked.size() == 2);
}

TEST_CASE("one part that fails does not keep the others from arriving") {
  InstallBench bench;
  const FakePart other("absent");
  bench.registry.content[bench.url] = {bench.part.archive};
  const std::array<const Pin*, 2> both{&other.pin, &bench.part.pin};
  CHECK_FALSE(toolchain::install(bench.world, bench.cache, "/project", both));
  CHECK(bench.condition() == Condition::ready);
}

TEST_CASE("an index that does not answer does not keep the others from arriving") {
  InstallBench bench;
  FakePart wheel("wheel");
  wheel.pin.origin = Origin::python_index;
  bench.registry.content[bench.url] = {bench.part.archive};
  const std::array<const Pin*, 2> both{&wheel.pin, &bench.part.pin};
  const auto outcome = toolchain::install(bench.world, bench.cache, "/project", both);
  REQUIRE_FALSE(outcome);
  CHECK(std::string(outcome.error().message()).find("cannot fetch wheel 1.0: ") == 0);
  CHECK(bench.condition() == Condition::ready);
}

TEST_CASE("a registry that keeps archives elsewhere is asked where") {
  InstallBench bench;
  bench.registry.content["http://127.0.0.1/npm/tool/1.0"] = {R"({"dist": {"tarball": "/files/42.tgz"}})"};
  bench.registry.content["http://127.0.0.1/files/42.tgz"] = {bench.part.archive};
  REQUIRE(bench.install());
  CHECK(bench.condition() == Condition::ready);
}

TEST_CASE("an archive that an interrupted run left is used, also offline") {
  InstallBench bench;
  net::OfflineClient offline;
  World world{bench.files, bench.processes, offline, bench.clock, bench.reporter, bench.environment};
  SECTION("when it is the right one") {
    REQUIRE(bench.files.write(bench.cache.archive_of(bench.part.pin), bench.part.archive));
    REQUIRE(toolchain::install(world, bench.cache, "/project", bench.pins));
    CHECK(bench.condition() == Condition::ready);
  }
  SECTION("not when it is half") {
    REQUIRE(bench.files.write(bench.cache.archive_of(bench.part.pin), bench.part.archive.substr(0, 900)));
    const auto outcome = toolchain::install(world, bench.cache, "/project", bench.pins);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().message() == "tool 1.0 is not in the cache, and `--offline` forbids to fetch it");
  }
}

TEST_CASE("a full disk leaves the part missing and says so") {
  InstallBench bench;
  bench.registry.content[bench.url] = {bench.part.archive};
  bench.files.fail_changes(
      [](const Path& path) { return path.string().find("/parts/") != std::string::npos ? ENOSPC : 0; });
  const auto outcome = bench.install();
  REQUIRE_FALSE(outcome);
  CHECK(std::string(outcome.error().message()).find("No space left on device") != std::string::npos);
  CHECK(bench.registry.asked.size() == 1);
  bench.files.fail_changes({});
  REQUIRE(bench.install());
  CHECK(bench.condition() == Condition::ready);
}

TEST_CASE("an archive made by somebody else imports nothing") {
  InstallBench bench;
  const auto* pin = find_pin(Part::workers_types, platform::machine_name());
  const auto folder = folder_name(*pin);
  SECTION("a part with other files") {
    REQUIRE(bench.files.write("/in", test::TarBuilder().add(folder + "/index.d.ts", "evil").bytes()));
  }
  SECTION("cut in the middle") {
    REQUIRE(bench.files.write(
        "/in",
        test::TarBuilder().add(folder + "/index.d.ts", std::string(2000, 'x')).bytes().substr(0, 1500)));
  }
  SECTION("nothing that we use") {
    REQUIRE(bench.files.write(
        "/in", test::TarBuilder().add("workers-types-0.1-any/index.d.ts", "old").add("top", "x").bytes()));
  }
  CHECK_FALSE(import_parts(bench.world, bench.cache, "/in"));
  CHECK_FALSE(bench.files.exists(bench.cache.folder_of(*pin)));
  CHECK((!bench.files.is_directory("/cache/parts") || bench.files.list("/cache/parts").value().empty()));
}
