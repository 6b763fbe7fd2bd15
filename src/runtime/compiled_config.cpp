#include <runtime/compiled_config.hpp>

#include <fmt/core.h>

namespace pyw::runtime {

namespace {

constexpr std::size_t digits_in_name = 16;
constexpr std::string_view prefix = "config-";
constexpr std::string_view ending = ".bin";

Path key_file(const Path& run_directory) {
  return run_directory / "config.key";
}

Result<bool>
is_announced(const Path& run_directory, const std::string& key, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto announced, files.read_if_exists(key_file(run_directory)));
  return announced == key;
}

} // namespace

Path compiled_config(const Path& run_directory, const std::string& key) {
  return run_directory / fmt::format("{}{}{}", prefix, key.substr(0, digits_in_name), ending);
}

Result<void> announce_config(const Path& run_directory, const std::string& key, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto announced, is_announced(run_directory, key, files));
  return announced ? Result<void>{} : files.write(key_file(run_directory), key); // a flush: some ms
}

Result<void>
compile_config(const RuntimeParts& parts, const Path& run_directory, const std::string& key, World& world) {
  auto& files = world.files;
  PYW_TRY_ASSIGN(const auto before, is_announced(run_directory, key, files));
  if (!before || files.is_file(compiled_config(run_directory, key))) {
    return {};
  }
  const Command command{{parts.workerd.string(),
                         "compile",
                         "-I",
                         "/",
                         "--config-only",
                         (run_directory / "config.capnp").string()}};
  PYW_TRY_ASSIGN(const auto output, world.processes.run(command));
  if (!output.exit.success()) {
    return failure(internal_error(fmt::format(
        "workerd cannot compile its configuration: {}\n{}", describe(output.exit), output.standard_error)));
  }
  // Whoever writes other files announces them first: then what was read may be a mixture.
  PYW_TRY_ASSIGN(const auto after, is_announced(run_directory, key, files));
  if (!after) {
    return {};
  }
  PYW_TRY_ASSIGN(const auto entries, files.list(run_directory));
  for (const auto& entry : entries) {
    if (entry.name.starts_with(prefix) && entry.name.ends_with(ending)) {
      PYW_TRY(files.remove_all(run_directory / entry.name));
    }
  }
  PYW_TRY_ASSIGN(const auto writer,
                 files.create(compiled_config(run_directory, key), 0600)); // secrets stand in it
  PYW_TRY(writer->write(output.standard_output));
  return writer->commit();
}

} // namespace pyw::runtime
