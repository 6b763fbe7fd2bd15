// The TypeScript reader and all that follows: any bytes give stubs, and the reader keeps to the text.
#include "expect.hpp"

#include <typegen/javascript_classes.hpp>
#include <typegen/reader.hpp>
#include <typegen/stubs.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pyw::fuzz::expect;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto program = pyw::typegen::read_declarations({bytes});
  expect(program.global != nullptr, "there is always a global scope");
  for (const auto& unknown : program.unknown) {
    expect(unknown.line >= 1 && unknown.column >= 1, "unknown syntax has a place");
  }
  const auto stubs = pyw::typegen::make_runtime_stubs({bytes}, {});
  expect(!stubs.files.empty(), "there are always stubs");
  expect(stubs.report.importable <= stubs.report.type_names, "no more is importable than was declared");
  for (const auto& found : pyw::typegen::find_javascript_classes(bytes)) {
    for (const auto& method : found.methods) {
      expect(!method.name.empty() && !method.result.empty(), "a method has a name and a result");
    }
  }
  return 0;
}
