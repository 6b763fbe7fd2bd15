#include "support/catch.hpp"

#include <base/memory_filesystem.hpp>
#include <base/memory_reporter.hpp>
#include <base/text.hpp>
#include <python/sync_apply.hpp>

#include <algorithm>
#include <cerrno>
#include <functional>

using namespace pyw;
using namespace pyw::python;

namespace {

constexpr auto fresh_lock = "lock-version = \"1.0\"\n\n[[packages]]\nname = \"idna\"\nversion = \"3.20\"\n";

/// Stands in for uv: writes what uv would, unless told to fail.
class FakeUv final : public ProcessRunner {
public:
  explicit FakeUv(FileSystem& files) : m_files(files) {}

  Result<ProcessOutput> run(const Command& command, const LineSink&) override {
    if (command.argv.back() == "--version") {
      return ProcessOutput{{}, "uv 0.13.8 (abc 2026-11-01)\n", ""};
    }
    commands.push_back(join(command.argv, " "));
    const bool compiles = commands.back().find(" compile ") != std::string::npos;
    if (auto& complaint = compiles ? compile_complaint : install_complaint; !complaint.empty()) {
      return ProcessOutput{{Exit::Kind::exited, 1}, "", complaint};
    }
    if (killed) {
      return ProcessOutput{{Exit::Kind::signalled, 9}, "", ""};
    }
    if (compiles) {
      PYW_TRY(m_files.write("/app/pylock.pyw-sync.toml", fresh_lock));
    } else {
      const Path target = "/app/.pyw/sync/python_modules";
      for (const auto* name : {"idna/core.py",
                               "idna-3.20.dist-info/METADATA",
                               "idna/__pycache__/core.pyc",
                               ".lock",
                               "bin/idna"}) {
        PYW_TRY(m_files.write(target / name, "x"));
      }
    }
    return ProcessOutput{};
  }

  Result<std::unique_ptr<ChildProcess>> start(const Command&) override {
    return failure(internal_error("not used"));
  }

  std::vector<std::string> commands;
  std::string compile_complaint;
  std::string install_complaint;
  bool killed = false;

private:
  FileSystem& m_files;
};

class NoHttp final : public HttpClient {
public:
  Result<HttpResponse> send(const HttpRequest&, const TransferProgress&) override {
    return failure(internal_error("no network in this test"));
  }

  Result<void> download(std::vector<Download>) override {
    return failure(internal_error("no network in this test"));
  }
};

struct Fixture {
  Fixture() {
    REQUIRE(files.write("/bin/uv", "", 0755));
    REQUIRE(files.write("/app/pyproject.toml", "[project]\nname = \"app\"\ndependencies = [\"idna\"]\n"));
    REQUIRE(files.write("/app/python_modules/old/__init__.py", "old"));
    project.root = "/app";
    config::PythonProject python;
    python.name = config::Located<std::string>{"app", {}};
    project.python = python;
  }

  Result<SyncResult> apply(const SyncOptions& options = {}, Apply mode = Apply::for_real) {
    auto inputs = read_sync_inputs(files, environment, project);
    REQUIRE(inputs);
    return apply_sync(world, project, plan_sync(std::move(*inputs), options), mode);
  }

  std::vector<std::string> modules() {
    auto listed = list_tree(files, "/app/python_modules");
    REQUIRE(listed);
    std::vector<std::string> names;
    for (const auto& path : *listed) {
      names.push_back(path.string());
    }
    return names;
  }

  void check_untouched() {
    CHECK(modules() == std::vector<std::string>{"old/__init__.py"});
    CHECK_FALSE(files.exists("/app/pylock.pyw-sync.toml"));
    CHECK_FALSE(files.exists("/app/.pyw/sync"));
  }

  MemoryFileSystem files;
  FakeUv uv{files};
  NoHttp http;
  ManualClock clock;
  MemoryReporter reporter;
  Environment environment{std::map<std::string, std::string>{{"PATH", "/bin"}, {"HOME", "/home"}}};
  World world{files, uv, http, clock, reporter, environment};
  config::Project project;
};

} // namespace

TEST_CASE("a sync replaces the tree whole and leaves no leftovers") {
  Fixture fixture;
  REQUIRE(fixture.files.write("/app/.pyw/sync/python_modules/half", "of a killed run"));
  REQUIRE(fixture.files.write("/app/.python_modules.7-1.tmp/old", "of a killed run"));
  const auto result = fixture.apply();
  REQUIRE(result);
  CHECK(result->changed);
  CHECK(result->packages.size() == 1);
  CHECK(fixture.modules() ==
        std::vector<std::string>{".synced", "idna/core.py", "idna-3.20.dist-info/METADATA"});
  CHECK(fixture.files.read("/app/pylock.toml") == fresh_lock);
  CHECK_FALSE(fixture.files.exists("/app/.pyw/sync"));
  CHECK_FALSE(fixture.files.exists("/app/.python_modules.7-1.tmp"));
  CHECK(fixture.files.read("/app/.pyw/.gitignore") == "*\n");

  const auto inputs = read_sync_inputs(fixture.files, fixture.environment, fixture.project);
  CHECK_FALSE(plan_sync(*inputs, {}).needed);
}

TEST_CASE("whatever uv complains about, nothing is changed") {
  Fixture fixture;
  SECTION("while resolving") {
    fixture.uv.compile_complaint =
        "error: No solution found when resolving dependencies\n  cause: Because a was not found in the "
        "package registry and app depends on a, we can conclude\n";
  }
  SECTION("while installing") {
    fixture.uv.install_complaint = "error: Failed\n  cause: No space left on device (os error 28)\n";
  }
  SECTION("killed") {
    fixture.uv.killed = true;
  }
  CHECK_FALSE(fixture.apply());
  fixture.check_untouched();
  CHECK_FALSE(fixture.files.exists("/app/pylock.toml"));
}

TEST_CASE("python_modules that cannot be replaced leaves the old lock") {
  Fixture fixture;
  REQUIRE(fixture.files.write("/app/pylock.toml", "lock-version = \"1.0\"\n"));
  fixture.files.fail_changes([](const Path& path) { return path == "/app/python_modules" ? EACCES : 0; });
  const auto result = fixture.apply();
  REQUIRE_FALSE(result);
  fixture.files.fail_changes({});
  CHECK(fixture.files.read("/app/pylock.toml") == "lock-version = \"1.0\"\n");
  CHECK(fixture.files.exists("/app/python_modules/old/__init__.py"));
}

TEST_CASE("--locked wants the lock that would come out") {
  Fixture fixture;
  SECTION("no lock") {
    CHECK(fixture.apply({.locked = true}).error().message() ==
          "there is no `pylock.toml`, and `--locked` makes none");
    fixture.check_untouched();
  }
  SECTION("another lock") {
    REQUIRE(fixture.files.write("/app/pylock.toml", "lock-version = \"1.0\"\n"));
    CHECK_FALSE(fixture.apply({.locked = true}));
    fixture.check_untouched();
  }
  SECTION("the same, with the user's own comment, which stays") {
    const auto commented = std::string("# ours\n") + fresh_lock;
    REQUIRE(fixture.files.write("/app/pylock.toml", commented));
    REQUIRE(fixture.apply({.locked = true}));
    CHECK(fixture.files.read("/app/pylock.toml") == commented);
    const auto inputs = read_sync_inputs(fixture.files, fixture.environment, fixture.project);
    CHECK_FALSE(plan_sync(*inputs, {}).needed);
  }
}

TEST_CASE("a dry run resolves and changes nothing") {
  Fixture fixture;
  const auto result = fixture.apply({}, Apply::dry_run);
  REQUIRE(result);
  CHECK_FALSE(result->changed);
  CHECK(result->changes == std::vector<PackageChange>{{"idna", "", "3.20"}});
  CHECK(fixture.uv.commands.size() == 1);
  fixture.check_untouched();
}

TEST_CASE("the extra index is asked only when the others lack a package") {
  Fixture fixture;
  fixture.environment = Environment(std::map<std::string, std::string>{
      {"PATH", "/bin"}, {"HOME", "/home"}, {"PYW_PYODIDE_INDEX", "https://wheels.example/"}});
  SECTION("not needed") {
    REQUIRE(fixture.apply());
    CHECK(std::none_of(fixture.uv.commands.begin(), fixture.uv.commands.end(), [](const auto& line) {
      return line.find("wheels.example") != std::string::npos;
    }));
  }
  SECTION("needed") {
    fixture.uv.compile_complaint =
        "error: No solution found when resolving dependencies\n  cause: Because all versions of numpy "
        "have no usable wheels and app depends on numpy, we can conclude\n";
    CHECK_FALSE(fixture.apply());
    REQUIRE(fixture.uv.commands.size() > 2);
    CHECK(fixture.uv.commands[0].find("wheels.example") == std::string::npos);
    CHECK(fixture.uv.commands[1].find("--index https://wheels.example/") != std::string::npos);
  }
}

TEST_CASE("a tree that lacks a locked package is not put in place") {
  MemoryFileSystem files;
  REQUIRE(files.write("/t/Ruamel.Yaml-1.0.dist-info/METADATA", ""));
  REQUIRE(files.write("/t/typing_extensions-4.1.dist-info/METADATA", ""));
  LockedPackage absent{"absent", "1", {}, false};
  CHECK(check_installed(
      files, "/t", {{"ruamel-yaml", "1.0", {}, false}, {"typing-extensions", "4.1", {}, false}}));
  CHECK_FALSE(check_installed(files, "/t", {absent}));
  absent.conditional = true; // not for this platform
  CHECK(check_installed(files, "/t", {absent}));
}

TEST_CASE("stripping keeps a package that is called bin") {
  MemoryFileSystem files;
  REQUIRE(files.write("/t/bin/__init__.py", ""));
  REQUIRE(strip_tree(files, "/t"));
  CHECK(files.exists("/t/bin/__init__.py"));
}
