// The TOML reader: any bytes give a tree or errors, with places inside the file.
#include "fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  pyw::fuzz::check_reader(bytes, "wrangler.toml", pyw::config::read_toml);
  return 0;
}
