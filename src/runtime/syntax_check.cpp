#include <base/defer.hpp>
#include <base/hash.hpp>
#include <runtime/guest_store.hpp>
#include <runtime/syntax_check.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace pyw::runtime {

namespace {

constexpr std::size_t digest_length = 32; // of 64 digits: enough to tell contents apart
constexpr std::size_t pack_head = 12;     // magic and the size of the index

/// The one file of the pack that the check leaves.
nlohmann::json faults_in(std::string_view pack) {
  if (pack.size() < pack_head) {
    return nullptr;
  }
  std::size_t index_size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    index_size |= static_cast<std::size_t>(static_cast<unsigned char>(pack[8 + i])) << (8 * i);
  }
  return pack.size() < pack_head + index_size
             ? nlohmann::json()
             : nlohmann::json::parse(pack.substr(pack_head + index_size), nullptr, false);
}

Result<std::vector<SyntaxFault>> read_faults(std::string_view pack) {
  const auto list = faults_in(pack);
  if (!list.is_array()) {
    return failure(internal_error("the syntax check left no result"));
  }
  std::vector<SyntaxFault> faults;
  for (const auto& item : list) {
    faults.push_back({item.at(0), item.at(1), item.at(2), item.at(3)});
  }
  return faults;
}

} // namespace

Result<std::vector<SyntaxFault>> check_syntax(const std::vector<PackSource>& sources,
                                              const RuntimeParts& parts,
                                              config::PythonVersion python,
                                              World& world) {
  auto& files = world.files;
  PYW_TRY_ASSIGN(const auto pack, make_pack(sources, files));
  const auto digest = sha256_hex(pack).substr(0, digest_length);
  const auto known_good = parts.cache / "syntax" / fmt::format("{}-{}", digest, parts.pyodide_version);
  if (files.is_file(known_good)) {
    return std::vector<SyntaxFault>{};
  }
  PYW_TRY_ASSIGN(const auto guest, store_guest(parts.cache, files));
  const auto work = parts.cache / fmt::format(".check-{}", ::getpid());
  const Defer clean_up([&] { static_cast<void>(files.remove_all(work)); });
  PYW_TRY(files.write(work / "sources.pack", pack));
  const CompileSetup setup{parts, python, guest, guest / "guest.pack", work / "scratch"};
  const auto progress = world.reporter.progress("checking the Python code", ProgressUnit::items);
  PYW_TRY(compile_to_byte_code(
      setup, {{CompileInput::check, work / "sources.pack", "/", work / "faults.pack"}}, world));
  PYW_TRY_ASSIGN(const auto result, files.read(work / "faults.pack"));
  PYW_TRY_ASSIGN(auto faults, read_faults(result));
  if (faults.empty()) {
    PYW_TRY(files.write(known_good, ""));
  }
  return faults;
}

} // namespace pyw::runtime
