#include <base/filesystem.hpp>

namespace pyw {

namespace {

Result<void> append_tree(const ReadOnlyFileSystem& files, const Path& root, const Path& below, std::vector<Path>& out) {
  PYW_TRY_ASSIGN(const auto entries, files.list(root / below));
  for (const auto& entry : entries) {
    const auto path = below.empty() ? Path(entry.name) : below / entry.name;
    if (entry.type == FileType::directory) {
      PYW_TRY(append_tree(files, root, path, out));
    } else {
      out.push_back(path);
    }
  }
  return {};
}

} // namespace

bool ReadOnlyFileSystem::exists(const Path& path) const {
  const auto found = status(path);
  return found && found->has_value();
}

bool ReadOnlyFileSystem::is_directory(const Path& path) const {
  const auto found = status(path);
  return found && found->has_value() && (*found)->type == FileType::directory;
}

bool ReadOnlyFileSystem::is_file(const Path& path) const {
  const auto found = status(path);
  return found && found->has_value() && (*found)->type == FileType::file;
}

Result<std::optional<std::string>> ReadOnlyFileSystem::read_if_exists(const Path& path) const {
  PYW_TRY_ASSIGN(const auto found, status(path));
  if (!found) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(auto content, read(path));
  return std::optional<std::string>(std::move(content));
}

Result<std::vector<Path>> list_tree(const ReadOnlyFileSystem& files, const Path& root) {
  std::vector<Path> paths;
  PYW_TRY(append_tree(files, root, {}, paths));
  return paths;
}

bool stays_inside(const Path& path) {
  if (path.empty() || path.is_absolute()) {
    return false;
  }
  for (const auto& step : path) {
    if (step == "..") {
      return false;
    }
  }
  return true;
}

} // namespace pyw
