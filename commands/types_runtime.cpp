#include <base/fingerprint.hpp>
#include <base/hash.hpp>
#include <base/text.hpp>
#include <commands/types_runtime.hpp>
#include <runtime/declarations.hpp>
#include <toolchain/toolchain.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <array>

namespace pyw::commands {

namespace {

constexpr std::string_view complete_marker = "complete";

/// workerd's own for a date and flags; asked once for each.
Result<std::string> dated_declarations(World& world, const RuntimeRequest& request) {
  using toolchain::Part;
  constexpr std::array parts{Part::workerd, Part::workerd_types};
  PYW_TRY_ASSIGN(const auto installed, toolchain::ensure(world, request.directory, parts));
  const auto pins = toolchain::pins_here(parts); // ensure() found them
  const auto folder = world.environment.cache_directory() / "types";
  runtime::DeclarationsRequest wanted{installed.program(Part::workerd),
                                      installed.folder(Part::workerd_types),
                                      request.dated->date,
                                      request.dated->flags,
                                      folder / fmt::format(".asking-{}", ::getpid())};
  const auto key = sha256_hex(
      fmt::format("{}\n{}\n{}", pins->at(0)->version, pins->at(1)->version, declarations_path(wanted)));
  const auto file = folder / fmt::format("{}.d.ts", key.substr(0, 32));
  if (const auto known = world.files.read_if_exists(file); known && *known && !(*known)->empty()) {
    return std::move(**known);
  }
  const auto progress = world.reporter.progress("asking workerd for its declarations", ProgressUnit::items);
  PYW_TRY_ASSIGN(auto text, runtime::generate_declarations(wanted, world));
  static_cast<void>(write_stub(world.files, file, text)); // else it only costs time
  return text;
}

Result<std::string> pinned_declarations(World& world, const RuntimeRequest& request) {
  constexpr std::array parts{toolchain::Part::workers_types};
  PYW_TRY_ASSIGN(const auto installed, toolchain::ensure(world, request.directory, parts));
  return world.files.read(installed.file(toolchain::Part::workers_types, "index.d.ts"));
}

Result<std::vector<std::string>> read_sources(World& world, const RuntimeRequest& request) {
  std::vector<std::string> sources;
  PYW_TRY_ASSIGN(auto text,
                 request.declarations ? world.files.read(*request.declarations)
                 : request.dated      ? dated_declarations(world, request)
                                      : pinned_declarations(world, request));
  sources.push_back(std::move(text));
  for (const auto& extra : request.extra) {
    PYW_TRY_ASSIGN(auto more, world.files.read(extra));
    sources.push_back(std::move(more));
  }
  return sources;
}

/// Everything that the stubs depend on.
std::string cache_key(const std::vector<std::string>& sources, const RuntimeRequest& request) {
  std::vector<std::string_view> texts{
      PYW_VERSION, typegen::generator_version(), request.null_is_none ? "none" : "jsnull"};
  texts.insert(texts.end(), sources.begin(), sources.end());
  return fingerprint(texts);
}

/// nullopt when the folder holds no complete set. The marker knows each file's size: a power cut may have
/// left it, and less of the files.
std::optional<typegen::RuntimeStubs> read_cache(const ReadOnlyFileSystem& files, const Path& folder) {
  const auto list = files.read_if_exists(folder / complete_marker);
  if (!list || !*list) {
    return std::nullopt;
  }
  typegen::RuntimeStubs stubs;
  for (const auto line : split(trim(**list), '\n')) {
    const auto blank = line.find(' ');
    const auto path = line.substr(0, blank);
    auto content = files.read(folder / path);
    if (!content || blank == std::string_view::npos ||
        line.substr(blank + 1) != std::to_string(content->size())) {
      return std::nullopt;
    }
    stubs.files.push_back({std::string(path), std::move(*content)});
  }
  return stubs;
}

/// The marker last: what is there without it is not used.
void write_cache(FileSystem& files, const Path& folder, const std::vector<typegen::StubFile>& stubs) {
  std::string list;
  for (const auto& file : stubs) {
    if (!write_stub(files, folder / file.path, file.content)) {
      return;
    }
    list += file.path + " " + std::to_string(file.content.size()) + "\n";
  }
  static_cast<void>(write_stub(files, folder / complete_marker, list));
}

} // namespace

Result<void> write_stub(FileSystem& files, const Path& path, std::string_view content) {
  PYW_TRY_ASSIGN(const auto writer, files.create(path));
  PYW_TRY(writer->write(content));
  return writer->commit();
}

Result<typegen::RuntimeStubs> runtime_stubs(World& world, const RuntimeRequest& request) {
  PYW_TRY_ASSIGN(const auto sources, read_sources(world, request));
  const auto folder = world.environment.cache_directory() / "types" / cache_key(sources, request);
  if (!request.need_report) {
    if (auto cached = read_cache(world.files, folder)) {
      return std::move(*cached);
    }
  }
  const std::vector<std::string_view> views(sources.begin(), sources.end());
  auto stubs = typegen::make_runtime_stubs(views, {.null_is_none = request.null_is_none});
  // Beside the project's own copy, which the caller writes.
  stubs.beside.push_back(std::make_shared<std::future<void>>(
      std::async(std::launch::async,
                 [&files = world.files, folder, kept = stubs.files] { write_cache(files, folder, kept); })));
  return stubs;
}

} // namespace pyw::commands
