#include <base/hash.hpp>
#include <base/text.hpp>
#include <toolchain/tree_record.hpp>

#include <fmt/core.h>

#include <charconv>

namespace pyw::toolchain {

namespace {

std::optional<RecordedFile> parse_line(std::string_view line) {
  const auto digest_end = line.find(' ');
  const auto size_end = line.find(' ', digest_end + 1);
  if (digest_end != 64 || size_end == std::string_view::npos || line.size() < size_end + 4 ||
      line[size_end + 2] != ' ') {
    return std::nullopt;
  }
  RecordedFile file;
  file.sha256 = line.substr(0, digest_end);
  const auto size = line.substr(digest_end + 1, size_end - digest_end - 1);
  const auto [end, code] = std::from_chars(size.data(), size.data() + size.size(), file.size);
  const char kind = line[size_end + 1];
  file.executable = kind == 'x';
  file.path = line.substr(size_end + 3);
  const bool fits = code == std::errc{} && end == size.data() + size.size() && (kind == 'x' || kind == '-') &&
                    stays_inside(file.path);
  return fits ? std::optional(std::move(file)) : std::nullopt;
}

std::optional<std::string>
damage_of(const ReadOnlyFileSystem& files, const Path& folder, const RecordedFile& file, CheckDepth depth) {
  const auto path = folder / file.path;
  const auto status = files.status(path, FollowLinks::no);
  if (!status) {
    return std::string(status.error().message());
  }
  if (!*status) {
    return fmt::format("`{}` is missing", file.path);
  }
  if ((*status)->type != FileType::file) {
    return fmt::format("`{}` is not a file", file.path);
  }
  if ((*status)->size != file.size) {
    return fmt::format("`{}` has {} bytes instead of {}", file.path, (*status)->size, file.size);
  }
  if (file.executable && ((*status)->mode & 0100U) == 0) {
    return fmt::format("`{}` is not executable", file.path);
  }
  if (depth == CheckDepth::sizes) {
    return std::nullopt;
  }
  const auto digest = sha256_of(files, path);
  if (!digest) {
    return std::string(digest.error().message());
  }
  return *digest == file.sha256 ? std::nullopt
                                : std::optional(fmt::format("`{}` has been altered", file.path));
}

} // namespace

std::string to_text(const TreeRecord& record) {
  std::string text;
  for (const auto& file : record) {
    text += fmt::format("{} {} {} {}\n", file.sha256, file.size, file.executable ? 'x' : '-', file.path);
  }
  return text;
}

std::optional<TreeRecord> parse_tree_record(std::string_view text) {
  if (!text.ends_with('\n')) {
    return std::nullopt;
  }
  text.remove_suffix(1);
  TreeRecord record;
  for (const auto line : split(text, '\n')) {
    auto file = parse_line(line);
    if (!file) {
      return std::nullopt;
    }
    record.push_back(std::move(*file));
  }
  return record;
}

std::optional<std::string>
find_damage(const ReadOnlyFileSystem& files, const Path& folder, const TreeRecord& record, CheckDepth depth) {
  for (const auto& file : record) {
    if (auto damage = damage_of(files, folder, file, depth)) {
      return damage;
    }
  }
  return std::nullopt;
}

Result<std::string> sha256_of(const ReadOnlyFileSystem& files, const Path& path) {
  PYW_TRY_ASSIGN(const auto reader, files.open(path));
  Hasher hasher(HashKind::sha256);
  std::string buffer(1 << 18, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto got, reader->read(buffer.data(), buffer.size()));
    if (got == 0) {
      return to_hex(hasher.finish());
    }
    hasher.update(std::string_view(buffer).substr(0, got));
  }
}

} // namespace pyw::toolchain
