#include <base/hash.hpp>
#include <base/text.hpp>
#include <cloud/compressed_size.hpp>

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <future>
#include <string>
#include <thread>

namespace pyw::cloud {

namespace {

constexpr std::size_t piece_bytes = 1024 * 1024;
constexpr std::uint64_t gzip_frame_bytes = 18; // header and trailer, RFC 1952

std::uint64_t deflated_bytes(const std::string& piece) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return piece.size();
  }
  std::array<unsigned char, 64 * 1024> out{};
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(piece.data())); // NOLINT: zlib's interface; it only reads
  stream.avail_in = static_cast<uInt>(piece.size());
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    state = deflate(&stream, Z_FINISH);
  }
  const std::uint64_t size = stream.total_out;
  deflateEnd(&stream);
  return size;
}

/// Compresses pieces beside the reading, at most one a processor at a time.
class Pool {
public:
  void add(std::string piece) {
    if (m_running.size() >= m_width) {
      collect();
    }
    m_running.push_back(
        std::async(std::launch::async, [text = std::move(piece)] { return deflated_bytes(text); }));
  }

  std::uint64_t finish() {
    while (!m_running.empty()) {
      collect();
    }
    return m_sum;
  }

private:
  void collect() {
    m_sum += m_running.front().get();
    m_running.pop_front();
  }

  std::size_t m_width = std::max(1U, std::min(8U, std::thread::hardware_concurrency()));
  std::deque<std::future<std::uint64_t>> m_running;
  std::uint64_t m_sum = 0;
};

Result<void>
read_into(const bundle::Module& module, const ReadOnlyFileSystem& files, std::string& piece, Pool& pool) {
  PYW_TRY_ASSIGN(const auto reader, files.open(module.source));
  for (;;) {
    const auto filled = piece.size();
    piece.resize(piece_bytes);
    const auto count = reader->read(piece.data() + filled, piece_bytes - filled);
    piece.resize(filled + (count ? *count : 0));
    PYW_TRY(count);
    if (piece.size() == piece_bytes) {
      std::string next;
      next.reserve(piece_bytes);
      pool.add(std::exchange(piece, std::move(next)));
    }
    if (*count == 0) {
      return {};
    }
  }
}

} // namespace

Result<std::uint64_t> compressed_size(const bundle::BundleManifest& manifest,
                                      const ReadOnlyFileSystem& files) {
  Pool pool;
  std::string piece;
  piece.reserve(piece_bytes);
  for (const auto& module : manifest.modules) {
    PYW_TRY(read_into(module, files, piece, pool));
  }
  PYW_TRY(read_into(manifest.entry, files, piece, pool));
  if (!piece.empty()) {
    pool.add(std::move(piece));
  }
  return pool.finish() + gzip_frame_bytes;
}

Result<std::uint64_t>
compressed_size(const bundle::BundleManifest& manifest, FileSystem& files, const Path& cache) {
  PYW_TRY_ASSIGN(const auto id, state_of(manifest, files));
  const auto file = cache / "bundle-sizes" / id.substr(0, 32);
  std::uint64_t size = 0;
  if (const auto known = files.read_if_exists(file); known && *known) {
    const auto text = trim(**known);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (problem == std::errc{} && end == text.data() + text.size()) {
      return size;
    }
  }
  PYW_TRY_ASSIGN(size, compressed_size(manifest, files));
  if (const auto writer = files.create(file); writer) { // a cache that cannot be written costs only time
    if ((*writer)->write(fmt::format("{}\n", size))) {
      static_cast<void>((*writer)->commit());
    }
  }
  return size;
}

Result<std::string> state_of(const bundle::BundleManifest& manifest, const ReadOnlyFileSystem& files) {
  Hasher hasher(HashKind::sha256);
  const auto add = [&](const bundle::Module& module) -> Result<void> {
    PYW_TRY_ASSIGN(const auto status, files.status(module.source));
    hasher.update(
        fmt::format("{}\n{}\n{}\n", module.source.string(), module.size, status ? status->modified_ns : 0));
    return {};
  };
  PYW_TRY(add(manifest.entry));
  for (const auto& module : manifest.modules) {
    PYW_TRY(add(module));
  }
  return to_hex(hasher.finish());
}

} // namespace pyw::cloud
