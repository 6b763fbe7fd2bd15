#include <base/memory_filesystem.hpp>
#include <base/memory_reporter.hpp>
#include <net/offline.hpp>
#include <support/catch.hpp>
#include <toolchain/uv.hpp>

using namespace pyw;
using namespace pyw::toolchain;

namespace {

/// Answers `uv --version` by the path that is run, and counts.
class FakeUv final : public ProcessRunner {
public:
  [[nodiscard]] Result<ProcessOutput> run(const Command& command, const LineSink&) override {
    ++runs;
    const auto found = versions.find(command.argv.at(0));
    if (found == versions.end()) {
      return ProcessOutput{{Exit::Kind::exited, 127}, "", "not found"};
    }
    return ProcessOutput{{}, found->second, ""};
  }

  [[nodiscard]] Result<std::unique_ptr<ChildProcess>> start(const Command&) override {
    return failure(internal_error("not here"));
  }

  std::map<std::string, std::string> versions;
  int runs = 0;
};

struct UvBench {
  MemoryFileSystem files;
  FakeUv processes;
  net::OfflineClient http;
  ManualClock clock;
  MemoryReporter reporter;
  Environment environment;
  World world{files, processes, http, clock, reporter, environment};

  explicit UvBench(std::map<std::string, std::string> variables)
      : environment([&] {
          variables.emplace("PYW_CACHE_DIR", "/cache");
          return Environment(std::move(variables));
        }()) {}

  void install(const std::string& path, const std::string& version) {
    REQUIRE(files.write(path, "binary " + version, 0755));
    processes.versions[path] = "uv " + version + " (abc 2026-11-01)\n";
  }
};

std::map<std::string, std::string> with_path(const std::string& path) {
  return {{"PATH", path}};
}

} // namespace

TEST_CASE("versions are compared as numbers") {
  CHECK(is_at_least("0.13.4", "0.13.4"));
  CHECK(is_at_least("0.13.10", "0.13.4"));
  CHECK(is_at_least("0.14.0rc1", "0.13.4"));
  CHECK(is_at_least("1.0", "0.13.4"));
  CHECK_FALSE(is_at_least("0.13.3", "0.13.4"));
  CHECK_FALSE(is_at_least("0.9.30", "0.13.4"));
  CHECK_FALSE(is_at_least("", "0.13.4"));
}

TEST_CASE("uv's own words about its version") {
  CHECK(parse_uv_version("uv 0.13.8 (abc 2026-11-01)\n") == "0.13.8");
  CHECK(parse_uv_version("uv 0.13.8") == "0.13.8");
  CHECK_FALSE(parse_uv_version("uvloop 1"));
  CHECK_FALSE(parse_uv_version("uv"));
  CHECK_FALSE(parse_uv_version("uv error: what"));
  CHECK_FALSE(parse_uv_version(""));
}

TEST_CASE("the uv of the PATH is asked once, and again when it changes") {
  UvBench bench(with_path("/empty:/usr/bin"));
  bench.install("/usr/bin/uv", "0.13.9");
  CHECK(find_uv(bench.world, "/project").value() == UvProgram{"/usr/bin/uv", "0.13.9"});
  CHECK(find_uv(bench.world, "/project").value() == UvProgram{"/usr/bin/uv", "0.13.9"});
  CHECK(bench.processes.runs == 1);
  bench.install("/usr/bin/uv", "0.14.0");
  CHECK(find_uv(bench.world, "/project").value().version == "0.14.0");
  CHECK(bench.processes.runs == 2);
}

TEST_CASE("a uv that does not run, or cannot be, is passed by") {
  UvBench bench(with_path("/broken:/text:/usr/bin"));
  REQUIRE(bench.files.write("/broken/uv", "x", 0755));
  REQUIRE(bench.files.write("/text/uv", "x", 0644));
  bench.install("/usr/bin/uv", "0.13.9");
  CHECK(uv_in_path(bench.world).value() == UvProgram{"/usr/bin/uv", "0.13.9"});
}

TEST_CASE("a uv that is too old is not used") {
  UvBench bench(with_path("/usr/bin"));
  bench.install("/usr/bin/uv", "0.13.3");
  CHECK(uv_in_path(bench.world).value() == UvProgram{"/usr/bin/uv", "0.13.3"});
  const auto found = find_uv(bench.world, "/project"); // offline, and nothing in the cache
  REQUIRE_FALSE(found);
  CHECK(found.error().message().find("not in the cache, and `--offline` forbids to fetch it") !=
        std::string_view::npos);
}

TEST_CASE("PYW_UV chooses, and must be right") {
  UvBench bench({{"PATH", "/usr/bin"}, {"PYW_UV", "/mine/uv"}});
  bench.install("/usr/bin/uv", "0.13.9");
  CHECK_FALSE(find_uv(bench.world, "/project"));
  bench.install("/mine/uv", "0.12.0");
  CHECK(find_uv(bench.world, "/project").value() == UvProgram{"/mine/uv", "0.12.0"});
}
