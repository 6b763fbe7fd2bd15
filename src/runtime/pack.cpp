#include <runtime/pack.hpp>

#include <nlohmann/json.hpp>

namespace pyw::runtime {

std::string make_pack(const std::vector<PackFile>& files) {
  auto index = nlohmann::json::array();
  std::size_t offset = 0;
  for (const auto& file : files) {
    index.push_back({file.path, offset, file.content.size()});
    offset += file.content.size();
  }
  // A path that is no UTF-8 is shown with replacement signs; Python could not import it anyway.
  const auto index_text = index.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string pack = "PYWPACK1";
  pack.reserve(12 + index_text.size() + offset);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    pack += static_cast<char>((index_text.size() >> shift) & 0xff);
  }
  pack += index_text;
  for (const auto& file : files) {
    pack += file.content;
  }
  return pack;
}

Result<std::string> make_pack(const std::vector<PackSource>& sources, const ReadOnlyFileSystem& files) {
  std::vector<PackFile> contents;
  contents.reserve(sources.size());
  for (const auto& source : sources) {
    PYW_TRY_ASSIGN(auto content, files.read(source.file));
    contents.push_back({source.path, std::move(content)});
  }
  return make_pack(contents);
}

} // namespace pyw::runtime
