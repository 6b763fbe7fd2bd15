// Version specifiers: any text is understood or not, and a version is never before itself.
#include "expect.hpp"

#include <config/pep440.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)pyw::config::admits(text, "3.14.2");
  if (const auto version = pyw::config::parse_python_release(text)) {
    pyw::fuzz::expect(compare(*version, *version) == 0, "a version equals itself");
  }
  return 0;
}
