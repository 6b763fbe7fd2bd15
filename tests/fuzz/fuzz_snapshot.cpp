// The reader of snapshot files. An input is a description, or a whole file: nothing may crash it, and what it
// accepts holds together. The digest is put right first, so that the inputs get past it.
#include "expect.hpp"

#include <snapshot/description.hpp>
#include <snapshot/file.hpp>

#include <cstdint>

namespace {

using pyw::fuzz::expect;

void check(const pyw::snapshot::Snapshot& snapshot) {
  expect(snapshot.heap % 65536 == 0, "the memory is whole pages");
  expect(snapshot.pages * 4096 <= snapshot.heap, "no more pages than memory");
  for (const auto& library : snapshot.libraries) {
    expect(library.memory_base + library.memory_size <= snapshot.heap, "libraries lie in the memory");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (const auto described = pyw::snapshot::read_description(bytes)) {
    check(*described);
  }
  static_cast<void>(pyw::snapshot::read_snapshot(bytes));
  static_cast<void>(pyw::snapshot::unpack_from_transport(bytes));
  // The description as the file that would carry it.
  auto text = bytes;
  text += std::string((4096 - (64 + text.size()) % 4096) % 4096, ' ');
  std::string file = "PYWSNAP5";
  for (const auto number : {text.size(), std::size_t{1}}) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      file += static_cast<char>((number >> shift) & 0xff);
    }
  }
  file.resize(64, '\0');
  const auto sealed = pyw::snapshot::seal(file + text + std::string(4096, 'p'), std::string(64, '0'));
  expect(sealed.has_value(), "what has the right sizes can be sealed");
  if (const auto read = pyw::snapshot::read_snapshot(*sealed)) {
    check(*read);
    expect(read->pages == 1, "as many pages as the file has");
    const auto packed = pyw::snapshot::pack_for_transport(*sealed);
    expect(packed && pyw::snapshot::unpack_from_transport(*packed) == *sealed, "packing loses nothing");
  }
  return 0;
}
