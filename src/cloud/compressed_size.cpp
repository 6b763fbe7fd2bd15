#include <base/hash.hpp>
#include <base/text.hpp>
#include <cloud/compressed_size.hpp>

#include <fmt/core.h>
#include <libdeflate.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace pyw::cloud {

namespace {

constexpr std::size_t piece_bytes = 1024 * 1024;
constexpr int level = 6;                       // gzip's own
constexpr std::uint64_t gzip_frame_bytes = 18; // header and trailer, RFC 1952

struct CompressorFree {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

/// One thread's compressor and the room for its output.
class Compressor {
public:
  std::uint64_t deflated_bytes(const std::string& piece) {
    if (m_compressor == nullptr) {
      return piece.size();
    }
    m_out.resize(libdeflate_deflate_compress_bound(m_compressor.get(), piece.size()));
    return libdeflate_deflate_compress(
        m_compressor.get(), piece.data(), piece.size(), m_out.data(), m_out.size());
  }

private:
  std::unique_ptr<libdeflate_compressor, CompressorFree> m_compressor{libdeflate_alloc_compressor(level)};
  std::vector<char> m_out;
};

/// Compresses pieces beside the reading, one a processor at a time.
class Pool {
public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  ~Pool() { finish(); }

  /// The piece's size is added to `sum`, by finish() at the latest. Waits while as many wait as there are
  /// processors.
  void add(std::string piece, std::uint64_t& sum) {
    std::unique_lock lock(m_mutex);
    if (m_threads.size() < m_width) {
      m_threads.emplace_back([this] { work(); });
    }
    m_changed.wait(lock, [this] { return m_waiting.size() < m_width; });
    m_waiting.emplace_back(std::move(piece), &sum);
    m_changed.notify_all();
  }

  /// The last call: nothing can be added afterwards.
  void finish() {
    {
      const std::lock_guard lock(m_mutex);
      m_closed = true;
      m_changed.notify_all();
    }
    for (auto& thread : m_threads) {
      thread.join();
    }
    m_threads.clear();
  }

private:
  void work() {
    Compressor compressor;
    std::unique_lock lock(m_mutex);
    for (;;) {
      m_changed.wait(lock, [this] { return m_closed || !m_waiting.empty(); });
      if (m_waiting.empty()) {
        return;
      }
      const auto [piece, sum] = std::move(m_waiting.front());
      m_waiting.pop_front();
      m_changed.notify_all();
      lock.unlock();
      const auto size = compressor.deflated_bytes(piece);
      lock.lock();
      *sum += size;
    }
  }

  std::size_t m_width = std::max(1U, std::min(8U, std::thread::hardware_concurrency()));
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::deque<std::pair<std::string, std::uint64_t*>> m_waiting;
  std::vector<std::thread> m_threads;
  bool m_closed = false;
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
