#include "support/catch.hpp"

#include <base/real_filesystem.hpp>
#include <python/build_python.hpp>
#include <python/interpreter.hpp>
#include <support/temporary_folder.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::python;

TEST_CASE("names that mean: you are an interpreter") {
  CHECK(called_as_interpreter("python"));
  CHECK(called_as_interpreter("/x/bin/python3"));
  CHECK(called_as_interpreter("/x/bin/python3.14"));
  CHECK_FALSE(called_as_interpreter("/usr/bin/pyw"));
  CHECK_FALSE(called_as_interpreter("/python3/pyw"));
  CHECK_FALSE(called_as_interpreter("python-config"));
  CHECK_FALSE(called_as_interpreter(""));
}

TEST_CASE("the answer is for the Pyodide of the version") {
  const auto target = target_python("3.14");
  REQUIRE(target);
  const auto text = interpreter_answer(*target, "/prefix");
  CHECK(text.back() == '\n');
  const auto answer = nlohmann::json::parse(text);
  CHECK(answer["result"] == "success");
  CHECK(answer["markers"]["python_version"] == "3.14");
  CHECK(answer["markers"]["sys_platform"] == "emscripten");
  CHECK(answer["sys_executable"] == "/prefix/bin/python3.14");
  CHECK(answer["os"] == nlohmann::json{{"name", "pyemscripten"}, {"major", 2026}, {"minor", 0}});
  CHECK(answer["extension_suffixes"][0] == ".cpython-314-wasm32-emscripten.so");
  CHECK(answer["site_packages"] == nlohmann::json{"/prefix/lib/python3.14/site-packages"});

  const auto older = nlohmann::json::parse(interpreter_answer(*target_python("3.13"), "/p"));
  CHECK(older["os"]["major"] == 2025);
  CHECK(older["extension_suffixes"][0] == ".cpython-313-wasm32-emscripten.so");
}

TEST_CASE("a Python without packages is refused with the choices") {
  const auto target = target_python("3.12");
  REQUIRE_FALSE(target);
  CHECK(target.error().message() == "pyw installs no packages for Python 3.12");
  CHECK(target.error().diagnostics.front().hints.size() == 2);
}

TEST_CASE("an environment's packages lie beside its bin") {
  test::TemporaryFolder folder;
  RealFileSystem files;
  const auto python = folder.path() / "bin" / "python";
  CHECK_FALSE(packages_of_environment(python));
  REQUIRE(files.write(folder.path() / "pyvenv.cfg", "home = x\n"));
  REQUIRE(files.make_directories(folder.path() / "lib" / "python3.14" / "site-packages"));
  CHECK(packages_of_environment(python) == folder.path() / "lib" / "python3.14" / "site-packages");
}
