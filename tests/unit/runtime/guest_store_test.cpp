#include "fake_world.hpp"

#include <runtime/guest_store.hpp>
#include <runtime/pack.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;

namespace {

const RuntimeParts stored_parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache"};

bundle::BundleManifest with_package(MemoryFileSystem& files, const std::string& content) {
  REQUIRE(files.write("/p/python_modules/a.py", content));
  bundle::BundleManifest manifest;
  manifest.modules = {{"python_modules/a.py",
                       bundle::ModuleKind::python,
                       bundle::Origin::vendored,
                       "/p/python_modules/a.py",
                       content.size()},
                      {"own.py", bundle::ModuleKind::python, bundle::Origin::own, "/p/own.py", 1}};
  return manifest;
}

/// Stands for the guest's compiler: makes the outputs that the configuration asks for.
ProcessOutput compile(test::FakeWorld& fake, const Command& command) {
  const auto folder = Path(command.argv.back()).parent_path();
  const auto config = fake.files.read(folder / "config.capnp").value();
  for (int number = 0; config.find("\\\"" + std::to_string(number) + ".pack\\\"") != std::string::npos;
       ++number) {
    CHECK(fake.files.write(folder / "output" / (std::to_string(number) + ".pack"),
                           make_pack({{"a.pyc", "code"}})));
  }
  return {};
}

} // namespace

TEST_CASE("the guest is stored once, under the digest of its content") {
  MemoryFileSystem files;
  const auto folder = store_guest("/cache", files);
  REQUIRE(folder);
  CHECK(files.is_file(*folder / "loader.js"));
  CHECK(files.read(*folder / "guest.pack")->find("_pyw_guest.py") != std::string::npos);
  CHECK_FALSE(files.exists(*folder / "python"));
  files.fail_changes([](const Path&) { return ENOSPC; });
  CHECK(store_guest("/cache", files) == *folder);
}

TEST_CASE("packages are packed again only when a file has changed") {
  MemoryFileSystem files;
  auto manifest = with_package(files, "one");
  const auto first = store_packages(manifest, "/p/.pyw/run", files);
  REQUIRE(first);
  CHECK(files.read(first->pack)->find("own.py") == std::string::npos);

  files.fail_changes([](const Path&) { return ENOSPC; }); // nothing may be written
  CHECK(store_packages(manifest, "/p/.pyw/run", files)->digest == first->digest);

  files.fail_changes({});
  manifest = with_package(files, "two");
  CHECK(store_packages(manifest, "/p/.pyw/run", files)->digest != first->digest);
}

TEST_CASE("byte code is compiled once for a content") {
  test::FakeWorld fake;
  fake.processes.answer = [&](const Command& command) { return compile(fake, command); };
  config::Project project;
  const PackagesPack packages{"/run/packages.pack", "d1g3st"};
  const auto code = store_byte_code(project, stored_parts, "/cache/guest-1", packages, fake.world);
  CHECK_FALSE(code.library_is_archive);
  CHECK(code.library == std::vector<Path>{"/cache/library-314.0.7-2.pack",
                                          "/cache/guest-1/guest.pack",
                                          "/cache/guest-1-314.0.7-2.pack"});
  CHECK(code.packages == Path("/cache/packages-d1g3st-314.0.7-2.pack"));
  static_cast<void>(store_byte_code(project, stored_parts, "/cache/guest-1", packages, fake.world));
  CHECK(fake.processes.commands.size() == 1);

  static_cast<void>(
      store_byte_code(project, stored_parts, "/cache/guest-1", {"/run/packages.pack", "other"}, fake.world));
  CHECK(fake.processes.commands.size() == 2);
}

TEST_CASE("without byte code the Worker runs from the sources") {
  test::FakeWorld fake;
  fake.processes.answer = [](const Command&) { return ProcessOutput{{Exit::Kind::signalled, 9}, "", ""}; };
  const auto code =
      store_byte_code({}, stored_parts, "/cache/guest-1", {"/run/packages.pack", "d"}, fake.world);
  CHECK(code.library_is_archive);
  CHECK(code.library == std::vector<Path>{"/cache/guest-1/guest.pack"});
  CHECK_FALSE(code.packages);
  CHECK(fake.reporter.standard_error.find("the Worker will start slower") != std::string::npos);
}
