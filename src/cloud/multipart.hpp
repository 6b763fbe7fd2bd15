// multipart/form-data (RFC 7578), written piece by piece: a bundle of any size needs no more memory than one
// piece.
#pragma once

#include <base/filesystem.hpp>
#include <base/http.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pyw::cloud {

/// How a file's bytes are put on the wire.
enum class Encoding { none, base64 };

/// One part. A part with a `filename` is sent as a file with its content type; without one it is a plain
/// field.
struct Part {
  std::string name;
  std::string filename = {};
  std::string content_type = {};
  std::variant<std::string, Path> content = {}; ///< the bytes, or the file that holds them
  std::uint64_t size = 0;                       ///< of the content as it is sent, bytes
  Encoding encoding = Encoding::none;           ///< of a file
};

[[nodiscard]] Part text_part(std::string name, std::string content);
[[nodiscard]] Part file_part(std::string name, std::string content_type, Path file, std::uint64_t size);
/// The file as base64 text; `size` is the file's own.
[[nodiscard]] Part base64_part(std::string name, std::string content_type, Path file, std::uint64_t size);
[[nodiscard]] Part bytes_part(std::string name, std::string content_type, std::string content);

struct Multipart {
  std::string content_type; ///< with the boundary
  HttpBodyStream stream;
};

/// The parts in their order. A file that is shorter or longer than its part's `size` when it is read fails
/// the request: it changed while it was sent. `files` must outlive the stream.
[[nodiscard]] Multipart encode_multipart(std::vector<Part> parts, const ReadOnlyFileSystem& files);

} // namespace pyw::cloud
