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
#include <utility>
#include <vector>

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
  /// The piece's size is added to `sum`, by finish() at the latest.
  void add(std::string piece, std::uint64_t& sum) {
    if (m_running.size() >= m_width) {
      collect();
    }
    m_running.emplace_back(
        std::async(std::launch::async, [text = std::move(piece)] { return deflated_bytes(text); }), &sum);
  }

  void finish() {
    while (!m_running.empty()) {
      collect();
    }
  }

private:
  void collect() {
    *m_running.front().second += m_running.front().first.get();
    m_running.pop_front();
  }

  std::size_t m_width = std::max(1U, std::min(8U, std::thread::hardware_concurrency()));
  std::deque<std::pair<std::future<std::uint64_t>, std::uint64_t*>> m_running;
};

/// The modules that make one stream, in the bundle's order.
using Stream = std::vector<const bundle::Module*>;

Result<void> read_into(const bundle::Module& module,
                       const ReadOnlyFileSystem& files,
                       std::string& piece,
                       Pool& pool,
                       std::uint64_t& sum) {
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
      pool.add(std::exchange(piece, std::move(next)), sum);
    }
    if (*count == 0) {
      return {};
    }
  }
}

Result<void> compress(const Stream& stream, const ReadOnlyFileSystem& files, Pool& pool, std::uint64_t& sum) {
  std::string piece;
  for (const auto* module : stream) {
    PYW_TRY(read_into(*module, files, piece, pool, sum));
  }
  if (!piece.empty()) {
    pool.add(std::move(piece), sum);
  }
  return {};
}

Result<void> add_state(Hasher& hasher, const bundle::Module& module, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto status, files.status(module.source));
  hasher.update(
      fmt::format("{}\n{}\n{}\n", module.source.string(), module.size, status ? status->modified_ns : 0));
  return {};
}

/// One stream's size, and where it is remembered.
struct Job {
  std::string group; ///< empty: all of the Worker's own modules
  Stream stream;
  Path memory = {};
  std::uint64_t size = 0;
  bool known = false;
};

Result<void> recall(Job& job, const ReadOnlyFileSystem& files, const Path& cache) {
  Hasher hasher(HashKind::sha256);
  for (const auto* module : job.stream) {
    PYW_TRY(add_state(hasher, *module, files));
  }
  job.memory = cache / "bundle-sizes" / to_hex(hasher.finish()).substr(0, 32);
  if (const auto text = files.read_if_exists(job.memory); text && *text) {
    const auto digits = trim(**text);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), job.size);
    job.known = problem == std::errc{} && end == digits.data() + digits.size();
  }
  return {};
}

void remember(const Job& job, FileSystem& files) {
  if (const auto writer = files.create(job.memory); writer) { // a cache that cannot be written costs time
    if ((*writer)->write(fmt::format("{}\n", job.size))) {
      static_cast<void>((*writer)->commit());
    }
  }
}

std::vector<Job> jobs_of(const bundle::BundleManifest& manifest) {
  std::vector<Job> jobs(1);
  std::map<std::string, std::size_t> places;
  const auto add = [&](const bundle::Module& module) {
    auto group = size_group(module);
    const auto [at, fresh] = places.try_emplace(group, jobs.size());
    if (fresh) {
      jobs.push_back({std::move(group), {}});
    }
    jobs[at->second].stream.push_back(&module);
    if (module.origin == bundle::Origin::own) {
      jobs.front().stream.push_back(&module);
    }
  };
  std::for_each(manifest.modules.begin(), manifest.modules.end(), add);
  add(manifest.entry);
  return jobs;
}

} // namespace

std::string size_group(const bundle::Module& module) {
  constexpr std::string_view folder = "python_modules/";
  const auto slash =
      module.origin == bundle::Origin::own ? std::string::npos : module.path.find('/', folder.size());
  return slash == std::string::npos ? module.path : module.path.substr(0, slash + 1);
}

Result<CompressedSizes>
compressed_sizes(const bundle::BundleManifest& manifest, FileSystem& files, const Path& cache) {
  auto jobs = jobs_of(manifest);
  Pool pool;
  for (auto& job : jobs) {
    PYW_TRY(recall(job, files, cache));
    if (!job.known) {
      job.size = 0;
      PYW_TRY(compress(job.stream, files, pool, job.size));
    }
  }
  pool.finish();
  CompressedSizes sizes{gzip_frame_bytes, {}};
  for (const auto& job : jobs) {
    if (!job.known) {
      remember(job, files);
    }
    const bool is_own = !job.group.empty() && job.stream.front()->origin == bundle::Origin::own;
    sizes.total += is_own ? 0 : job.size; // counted with the stream of all of them
    if (!job.group.empty()) {
      sizes.groups[job.group] += job.size;
    }
  }
  return sizes;
}

Result<std::string> state_of(const bundle::BundleManifest& manifest, const ReadOnlyFileSystem& files) {
  Hasher hasher(HashKind::sha256);
  PYW_TRY(add_state(hasher, manifest.entry, files));
  for (const auto& module : manifest.modules) {
    PYW_TRY(add_state(hasher, module, files));
  }
  return to_hex(hasher.finish());
}

} // namespace pyw::cloud
