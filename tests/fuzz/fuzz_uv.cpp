// What uv writes on stderr, and the files that decide about a sync: any bytes are taken apart without a
// fault.
#include "expect.hpp"

#include <python/pylock.hpp>
#include <python/stamp.hpp>
#include <python/sync_inputs.hpp>
#include <python/uv_complaint.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pyw::python;
  using pyw::fuzz::expect;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto complaint = parse_complaint(bytes);
  static_cast<void>(classify(complaint));
  const auto package = blamed_package(complaint);
  expect(package.find_first_of(" \n") == std::string::npos, "a package's name is one word");
  static_cast<void>(dependent_of(complaint, package));
  static_cast<void>(unbuilt_local_package(complaint));
  const auto address = failed_address(complaint);
  const auto start = address.find("://");
  if (start != std::string::npos) {
    const auto host = address.substr(start + 3, address.find('/', start + 3) - start - 3);
    expect(host.find('@') == std::string::npos, "an address is shown without its login");
  }
  if (const auto stamp = parse_stamp(bytes)) {
    expect(parse_stamp(to_text(*stamp)) == stamp, "a stamp reads back as it was written");
  }
  static_cast<void>(parse_pylock(bytes));
  const auto name = requirement_name(bytes);
  expect(normalized_name(name) == name, "a name is normalised once and for all");
  return 0;
}
