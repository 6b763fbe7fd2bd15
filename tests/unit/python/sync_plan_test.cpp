#include "support/catch.hpp"

#include <base/memory_filesystem.hpp>
#include <base/text.hpp>
#include <python/sync_plan.hpp>

using namespace pyw;
using namespace pyw::python;

namespace {

config::Project example_project() {
  config::Project project;
  project.root = "/app";
  project.name.value = "app";
  project.python_version = config::PythonVersion::python_3_14;
  config::PythonProject python;
  python.name = config::Located<std::string>{"app", {}};
  python.dependencies.push_back({"fastapi", {}});
  project.python = python;
  return project;
}

SyncInputs
inputs_of(MemoryFileSystem& files, const config::Project& project, const Environment& environment = {}) {
  auto inputs = read_sync_inputs(files, environment, project);
  REQUIRE(inputs);
  return std::move(*inputs);
}

bool has(const Command& command, const std::string& words) {
  return (" " + join(command.argv, " ") + " ").find(" " + words + " ") != std::string::npos;
}

} // namespace

TEST_CASE("a sync is due until the stamp fits, and again when something changes") {
  MemoryFileSystem files;
  const auto project = example_project();
  REQUIRE(files.write("/app/pyproject.toml", "[project]\nname = \"app\"\n"));
  auto inputs = inputs_of(files, project);
  CHECK(plan_sync(inputs, {}).needed);

  REQUIRE(files.write("/app/pylock.toml", "lock-version = \"1.0\"\n"));
  inputs = inputs_of(files, project);
  REQUIRE(files.write("/app/python_modules/.synced", to_text(inputs.wanted)));
  CHECK_FALSE(plan_sync(inputs_of(files, project), {}).needed);

  SECTION("force and upgrade make it due") {
    CHECK(plan_sync(inputs_of(files, project), {.force = true}).needed);
    CHECK(plan_sync(inputs_of(files, project), {.upgrade = true}).needed);
  }
  SECTION("pyproject.toml") {
    REQUIRE(files.write("/app/pyproject.toml", "[project]\nname = \"other\"\n"));
    CHECK(plan_sync(inputs_of(files, project), {}).why == "`pyproject.toml` changed");
  }
  SECTION("pylock.toml") {
    REQUIRE(files.remove_all("/app/pylock.toml"));
    CHECK(plan_sync(inputs_of(files, project), {}).why == "`pylock.toml` changed");
  }
  SECTION("the Python version") {
    auto other = project;
    other.python_version = config::PythonVersion::python_3_13;
    CHECK(plan_sync(inputs_of(files, other), {}).why == "the Worker's Python version changed");
  }
  SECTION("an index") {
    const Environment environment(
        std::map<std::string, std::string>{{"UV_INDEX", "https://other.example/simple"}});
    CHECK(plan_sync(inputs_of(files, project, environment), {}).why == "uv's settings changed");
    const Environment pyodide(
        std::map<std::string, std::string>{{"PYW_PYODIDE_INDEX", "https://wheels.example/{python}/simple"}});
    CHECK(plan_sync(inputs_of(files, project, pyodide), {}).why == "uv's settings changed");
  }
  SECTION("a variable of uv that decides nothing") {
    const Environment environment(std::map<std::string, std::string>{{"UV_CACHE_DIR", "/elsewhere"}});
    CHECK_FALSE(plan_sync(inputs_of(files, project, environment), {}).needed);
  }
}

TEST_CASE("a file of a local package makes a sync due") {
  MemoryFileSystem files;
  const auto project = example_project();
  REQUIRE(
      files.write("/app/pylock.toml", "[[packages]]\nname = \"lib\"\ndirectory = { path = \"../lib\" }\n"));
  REQUIRE(files.write("/lib/lib/__init__.py", "1"));
  REQUIRE(files.write("/app/python_modules/.synced", to_text(inputs_of(files, project).wanted)));
  CHECK_FALSE(plan_sync(inputs_of(files, project), {}).needed);
  REQUIRE(files.write("/lib/.git/index", "not part of the package"));
  CHECK_FALSE(plan_sync(inputs_of(files, project), {}).needed);
  REQUIRE(files.write("/lib/lib/__init__.py", "2"));
  CHECK(plan_sync(inputs_of(files, project), {}).why == "a local package changed");
}

TEST_CASE("uv's commands") {
  MemoryFileSystem files;
  auto project = example_project();
  auto plan = plan_sync(inputs_of(files, project), {});
  auto compile = compile_command(plan, "/bin/uv", "/cache/python3.14", ExtraIndex::none);
  CHECK(has(compile, "pip compile pyproject.toml - --python /cache/python3.14 --only-binary :all:"));
  CHECK(has(compile, "-o pylock.pyw-sync.toml"));
  CHECK_FALSE(has(compile, "--upgrade"));
  CHECK(compile.input == "workers-runtime-sdk\n");
  CHECK(compile.working_directory == Path("/app"));
  CHECK(compile.environment.contains("VIRTUAL_ENV"));
  CHECK(compile.environment.at("VIRTUAL_ENV") == std::nullopt);

  SECTION("the SDK is not added when the project names it, in whatever spelling") {
    project.python->dependencies.push_back({"Workers_Runtime.SDK[x] >=1.9 ; python_version > '3'", {}});
    plan = plan_sync(inputs_of(files, project), {});
    compile = compile_command(plan, "/bin/uv", "/p", ExtraIndex::none);
    CHECK_FALSE(has(compile, "-"));
    CHECK_FALSE(compile.input);
  }
  SECTION("without a [project] table only the SDK is resolved") {
    project.python.reset();
    plan = plan_sync(inputs_of(files, project), {});
    CHECK(has(compile_command(plan, "/bin/uv", "/p", ExtraIndex::none), "compile - --python"));
  }
  SECTION("upgrade and offline") {
    plan = plan_sync(inputs_of(files, project), {.upgrade = true, .offline = true});
    CHECK(has(compile_command(plan, "/bin/uv", "/p", ExtraIndex::none), "--upgrade --offline"));
    CHECK(has(install_command(plan, "/bin/uv", "/p", {}, ExtraIndex::none), "--offline"));
  }
  SECTION("exactly the local packages are built") {
    const auto install = install_command(plan, "/bin/uv", "/p", {"mylib"}, ExtraIndex::none);
    CHECK(has(install, "--only-binary :all: --no-editable --no-binary mylib --refresh-package mylib"));
    CHECK(has(install, "--target /app/.pyw/sync/python_modules"));
  }
  SECTION("the extra index") {
    const Environment environment(
        std::map<std::string, std::string>{{"PYW_PYODIDE_INDEX", "https://wheels.example/{python}/simple"}});
    plan = plan_sync(inputs_of(files, project, environment), {});
    CHECK(has(compile_command(plan, "/bin/uv", "/p", ExtraIndex::pyodide),
              "--index https://wheels.example/3.14/simple --index-strategy unsafe-best-match"));
    CHECK_FALSE(has(compile_command(plan, "/bin/uv", "/p", ExtraIndex::none), "--index"));
    CHECK(extra_index_of(plan.inputs) == ExtraIndex::none);
    plan.inputs.lock = "url = \"https://wheels.example/3.14/numpy.whl\"";
    CHECK(extra_index_of(plan.inputs) == ExtraIndex::pyodide);
  }
}

TEST_CASE("requirements.txt alone is refused with the text to write") {
  MemoryFileSystem files;
  auto project = example_project();
  project.python.reset();
  REQUIRE(files.write("/app/requirements.txt",
                      "# web\nfastapi>=0.100 # framework\n-r other.txt\nhttpx[http2]\n"));
  const auto inputs = read_sync_inputs(files, {}, project);
  REQUIRE_FALSE(inputs);
  const auto& hint = inputs.error().diagnostics.front().hints.front();
  CHECK(hint.find("dependencies = [\n    \"fastapi>=0.100\",\n    \"httpx[http2]\",\n]") !=
        std::string::npos);
}

TEST_CASE("names of requirements") {
  CHECK(requirement_name("  FastAPI[all]>=0.1 ; python_version > '3'") == "fastapi");
  CHECK(requirement_name("ruamel.yaml.clib@ file:///x") == "ruamel-yaml-clib");
  CHECK(requirement_name("a__-.b") == "a-b");
  CHECK(requirement_name("").empty());
}
