#include <base/filesystem.hpp>

#include <fmt/core.h>

#include <utility>

namespace pyw {

Error path_error(std::string_view verb, const Path& path, int error_code) {
  return system_error(fmt::format("cannot {} `{}`", verb, path.string()), error_code);
}

namespace {

Result<void>
append_tree(const ReadOnlyFileSystem& files, const Path& root, const Path& below, std::vector<Path>& out) {
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

class WholeFileReader final : public FileReader {
public:
  explicit WholeFileReader(std::string content) : m_content(std::move(content)) {}

  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = m_content.copy(buffer, size, m_position);
    m_position += count;
    return count;
  }

private:
  std::string m_content;
  std::size_t m_position = 0;
};

class WholeFileWriter final : public FileWriter {
public:
  WholeFileWriter(FileSystem& files, Path path, std::uint32_t mode)
      : m_files(files), m_path(std::move(path)), m_mode(mode) {}

  [[nodiscard]] Result<void> write(std::string_view bytes) override {
    m_content += bytes;
    return {};
  }

  [[nodiscard]] Result<void> commit() override { return m_files.write(m_path, m_content, m_mode); }

private:
  FileSystem& m_files;
  Path m_path;
  std::uint32_t m_mode;
  std::string m_content;
};

} // namespace

Result<std::unique_ptr<FileReader>> ReadOnlyFileSystem::open(const Path& path) const {
  PYW_TRY_ASSIGN(auto content, read(path));
  return std::make_unique<WholeFileReader>(std::move(content));
}

Result<std::unique_ptr<FileWriter>> FileSystem::create(const Path& path, std::uint32_t mode) {
  return std::make_unique<WholeFileWriter>(*this, path, mode);
}

Result<void> FileSystem::touch(const Path& path) {
  PYW_TRY_ASSIGN(const auto content, read(path));
  PYW_TRY_ASSIGN(const auto found, status(path));
  return write(path, content, found->mode);
}

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
