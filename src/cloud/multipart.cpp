#include <base/text.hpp>
#include <cloud/base64_reader.hpp>
#include <cloud/multipart.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <random>

namespace pyw::cloud {

namespace {

/// How HTML forms escape a name: the three bytes that would end it, and no other (WHATWG HTML, multipart form
/// data).
std::string escaped_name(std::string name) {
  name = replace_all(std::move(name), "\n", "%0A");
  name = replace_all(std::move(name), "\r", "%0D");
  return replace_all(std::move(name), "\"", "%22");
}

std::string fresh_boundary() {
  std::random_device random;
  std::uniform_int_distribution<std::uint64_t> eleven_digits(0, 99'999'999'999ULL);
  return fmt::format("----formdata-pyw-0{:011}", eleven_digits(random));
}

std::string head_of(const Part& part, const std::string& boundary) {
  auto head =
      fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary, escaped_name(part.name));
  if (!part.filename.empty()) {
    head +=
        fmt::format("; filename=\"{}\"\r\nContent-Type: {}", escaped_name(part.filename), part.content_type);
  }
  return head + "\r\n\r\n";
}

/// The body as a sequence of texts and files, read from the front.
class Encoder {
public:
  Encoder(std::vector<Part> parts, std::string boundary, const ReadOnlyFileSystem& files)
      : m_parts(std::move(parts)), m_boundary(std::move(boundary)), m_files(files) {
    rewind();
  }

  [[nodiscard]] std::uint64_t size() const {
    std::uint64_t sum = m_boundary.size() + 6; // "--", boundary, "--\r\n"
    for (const auto& part : m_parts) {
      sum += head_of(part, m_boundary).size() + part.size + 2;
    }
    return sum;
  }

  void rewind() {
    m_next = 0;
    m_file.reset();
    m_text.clear();
    m_text_read = 0;
    m_after_content = false;
  }

  Result<std::size_t> read(char* buffer, std::size_t wanted) {
    std::size_t filled = 0;
    while (filled < wanted) {
      if (m_text_read < m_text.size()) {
        const auto count = m_text.copy(buffer + filled, wanted - filled, m_text_read);
        m_text_read += count;
        filled += count;
      } else if (m_file) {
        PYW_TRY_ASSIGN(const auto count, read_file(buffer + filled, wanted - filled));
        filled += count;
      } else {
        PYW_TRY_ASSIGN(const bool more, advance());
        if (!more) {
          break;
        }
      }
    }
    return filled;
  }

private:
  /// The file must hold what was counted, no byte less and none more: the length is already sent.
  Result<std::size_t> read_file(char* buffer, std::size_t wanted) {
    char beyond = 0;
    const bool at_end = m_file_left == 0;
    PYW_TRY_ASSIGN(
        const auto count,
        at_end
            ? m_file->read(&beyond, 1)
            : m_file->read(buffer, static_cast<std::size_t>(std::min<std::uint64_t>(wanted, m_file_left))));
    if ((count == 0) != at_end) {
      const auto& path = std::get<Path>(m_parts[m_next].content);
      return failure(user_error(fmt::format("`{}` changed while it was uploaded", path.string()),
                                {"nothing was deployed: run the command again"}));
    }
    if (at_end) {
      m_file.reset();
      return 0;
    }
    m_file_left -= count;
    return count;
  }

  /// Puts the next text or file in front; false at the end.
  Result<bool> advance() {
    m_text_read = 0;
    if (m_after_content) {
      m_text = "\r\n";
      m_after_content = false;
      ++m_next;
      return true;
    }
    if (m_next == m_parts.size()) {
      m_text = "--" + m_boundary + "--\r\n";
      ++m_next;
      return true;
    }
    m_text.clear();
    if (m_next > m_parts.size()) {
      return false;
    }
    const auto& part = m_parts[m_next];
    m_text = head_of(part, m_boundary);
    m_after_content = true;
    if (const auto* bytes = std::get_if<std::string>(&part.content)) {
      m_text += *bytes;
    } else {
      PYW_TRY_ASSIGN(m_file, m_files.open(std::get<Path>(part.content)));
      if (part.encoding == Encoding::base64) {
        m_file = std::make_unique<Base64Reader>(std::move(m_file));
      }
      m_file_left = part.size;
    }
    return true;
  }

  std::vector<Part> m_parts;
  std::string m_boundary;
  const ReadOnlyFileSystem& m_files;
  std::size_t m_next = 0;
  std::string m_text;
  std::size_t m_text_read = 0;
  std::unique_ptr<FileReader> m_file;
  std::uint64_t m_file_left = 0;
  bool m_after_content = false;
};

} // namespace

Part text_part(std::string name, std::string content) {
  const auto size = content.size();
  return {std::move(name), {}, {}, std::move(content), size, Encoding::none};
}

Part file_part(std::string name, std::string content_type, Path file, std::uint64_t size) {
  auto filename = name;
  return {
      std::move(name), std::move(filename), std::move(content_type), std::move(file), size, Encoding::none};
}

Part base64_part(std::string name, std::string content_type, Path file, std::uint64_t size) {
  auto part = file_part(std::move(name), std::move(content_type), std::move(file), base64_size(size));
  part.encoding = Encoding::base64;
  return part;
}

Part bytes_part(std::string name, std::string content_type, std::string content) {
  auto filename = name;
  const auto size = content.size();
  return {std::move(name),
          std::move(filename),
          std::move(content_type),
          std::move(content),
          size,
          Encoding::none};
}

Multipart encode_multipart(std::vector<Part> parts, const ReadOnlyFileSystem& files) {
  const auto boundary = fresh_boundary();
  const auto encoder = std::make_shared<Encoder>(std::move(parts), boundary, files);
  Multipart out;
  out.content_type = "multipart/form-data; boundary=" + boundary;
  out.stream.size = encoder->size();
  out.stream.read = [encoder](char* buffer, std::size_t size) { return encoder->read(buffer, size); };
  out.stream.rewind = [encoder] { encoder->rewind(); };
  return out;
}

} // namespace pyw::cloud
