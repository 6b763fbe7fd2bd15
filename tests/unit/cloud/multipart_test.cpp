#include <base/memory_filesystem.hpp>
#include <cloud/multipart.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::cloud;

namespace {

/// The whole body, read `piece` bytes at a time.
Result<std::string> drain(const Multipart& form, std::size_t piece) {
  std::string out;
  std::string buffer(piece, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto count, form.stream.read(buffer.data(), buffer.size()));
    if (count == 0) {
      return out;
    }
    out.append(buffer, 0, count);
  }
}

std::string boundary_of(const Multipart& form) {
  return form.content_type.substr(form.content_type.find('=') + 1);
}

} // namespace

TEST_CASE("a form is what the wire facts say, however it is read") {
  MemoryFileSystem files;
  REQUIRE(files.write("/a.py", "print(1)\n"));
  REQUIRE(files.write("/empty", ""));
  const auto form = encode_multipart({text_part("metadata", "{}"),
                                      file_part("a\".py", "text/x-python", "/a.py", 9),
                                      file_part("empty", "text/plain", "/empty", 0),
                                      base64_part("h", "image/png", "/a.py", 9)},
                                     files);
  const auto piece = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{4096});
  const auto body = drain(form, piece);
  REQUIRE(body);
  const auto b = boundary_of(form);
  CHECK(*body ==
        "--" + b + "\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n--" + b +
            "\r\nContent-Disposition: form-data; name=\"a%22.py\"; filename=\"a%22.py\"\r\nContent-Type: "
            "text/x-python\r\n\r\nprint(1)\n\r\n--" +
            b +
            "\r\nContent-Disposition: form-data; name=\"empty\"; filename=\"empty\"\r\nContent-Type: "
            "text/plain\r\n\r\n\r\n--" +
            b +
            "\r\nContent-Disposition: form-data; name=\"h\"; filename=\"h\"\r\nContent-Type: "
            "image/png\r\n\r\ncHJpbnQoMSkK\r\n--" +
            b + "--\r\n");
  CHECK(form.stream.size == body->size());
  form.stream.rewind();
  CHECK(drain(form, 100).value() == *body);
}

TEST_CASE("a file that changes while it is sent stops the request") {
  MemoryFileSystem files;
  REQUIRE(files.write("/a", "12345"));
  const auto size = GENERATE(std::uint64_t{4}, std::uint64_t{6});
  const auto form = encode_multipart({file_part("a", "text/plain", "/a", size)}, files);
  const auto body = drain(form, 3);
  REQUIRE_FALSE(body);
  CHECK(body.error().message() == "`/a` changed while it was uploaded");
}
