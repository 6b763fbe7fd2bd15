#include <runtime/socket_path.hpp>

#include <fmt/core.h>

#include <functional>
#include <string>

namespace pyw::runtime {

namespace {

constexpr std::size_t longest = 100;

}

Path socket_path(const Path& run_directory, std::string_view name) {
  const auto file = run_directory / name;
  if (file.string().size() < longest) {
    return file;
  }
  return std::filesystem::temp_directory_path() /
         fmt::format("pyw-{:x}-{}", std::hash<std::string>{}(run_directory.string()), name);
}

} // namespace pyw::runtime
