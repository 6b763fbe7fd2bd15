#include "fake_world.hpp"

#include <runtime/pack.hpp>
#include <runtime/precompile.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;

namespace {

const RuntimeParts parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache"};
const CompileSetup setup{
    parts, config::PythonVersion::python_3_14, "/guest", "/guest/guest.pack", "/cache/.compile"};
const std::vector<CompileJob> jobs{
    {CompileInput::standard_library, "/py/python_stdlib.zip", "/lib/pyw/", "/cache/library.pack"},
    {CompileInput::pack, "/run/packages.pack", "/session/metadata/", "/cache/packages.pack"}};

} // namespace

TEST_CASE("the jobs are told to the guest as JSON, with paths below the input service") {
  const auto plan = plan_compilation(setup, jobs);
  CHECK(
      plan.config.find(
          R"(\"kind\":\"zip\",\"input\":\"py/python_stdlib.zip\",\"prefix\":\"/lib/pyw/\",\"output\":\"0.pack\")") !=
      std::string::npos);
  CHECK(plan.config.find(R"((name = "output", disk = (path = "/cache/.compile/output", writable = true)))") !=
        std::string::npos);
  CHECK(plan.settings == R"({"python":"3.14","abi":"2026_0","seed":[1,2,3,4]})");
}

TEST_CASE("what workerd leaves is compressed, put in place, and the scratch folder removed") {
  test::FakeWorld fake;
  const std::string text(1000, 'x');
  fake.processes.answer = [&](const Command&) {
    CHECK(fake.files.is_file("/cache/.compile/config.capnp"));
    CHECK(fake.files.write("/cache/.compile/output/0.pack", make_pack({{"a.pyc", text}})));
    CHECK(fake.files.write("/cache/.compile/output/1.pack", make_pack({{"b.pyc", "2"}})));
    return ProcessOutput{};
  };
  REQUIRE(compile_to_byte_code(setup, jobs, fake.world));
  CHECK(fake.processes.commands.at(0).argv ==
        std::vector<std::string>{
            "/w/workerd", "test", "-I", "/", "--experimental", "/cache/.compile/config.capnp"});
  CHECK(fake.files.read("/cache/library.pack") == compress_pack(make_pack({{"a.pyc", text}})).value());
  CHECK(fake.files.read("/cache/packages.pack") == make_pack({{"b.pyc", "2"}}));
  CHECK_FALSE(fake.files.exists("/cache/.compile"));
}

TEST_CASE("a failure says what workerd said and leaves nothing") {
  test::FakeWorld fake;
  fake.processes.answer = [&](const Command&) {
    CHECK(fake.files.write("/cache/.compile/output/0.pack", "half"));
    return ProcessOutput{
        {Exit::Kind::exited, 1}, "", "{\"level\":\"error\",\"message\":\"no memory\"}\nplain\n"};
  };
  const auto result = compile_to_byte_code(setup, jobs, fake.world);
  REQUIRE_FALSE(result);
  CHECK(result.error().message() ==
        "the packages cannot be compiled to byte code (exit code 1)\n  no memory\n  plain");
  CHECK_FALSE(fake.files.exists("/cache/library.pack"));
  CHECK_FALSE(fake.files.exists("/cache/.compile"));
}
