// The dotenv reader: never fails, names are names, lines lie inside the file, expansion ends.
#include "expect.hpp"

#include <config/dotenv.hpp>

#include <algorithm>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pyw::fuzz::expect;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto breaks =
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return c == '\n' || c == '\r'; });
  const auto file = pyw::config::parse_dotenv(bytes);
  std::map<std::string, std::string> known;
  std::size_t line = 0;
  for (const auto& entry : file.entries) {
    expect(!entry.name.empty(), "an entry has a name");
    expect(entry.line > line && entry.line <= static_cast<std::size_t>(breaks) + 1,
           "entries follow each other");
    line = entry.line;
    known[entry.name] = pyw::config::expand_dotenv(entry.value, known).substr(0, 1000);
  }
  return 0;
}
