#include <typegen/syntax_memory.hpp>

#include <tree_sitter/api.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>
#include <utility>

namespace pyw::typegen {

namespace {

/// Of a tree of 20 KB of declarations, some 300 KB.
constexpr std::size_t block_size = 256 * 1024;

thread_local SyntaxMemory* memory_in_use = nullptr;

/// Stands before each piece, so that what follows it is aligned for anything.
struct alignas(std::max_align_t) Header {
  std::size_t size = 0;
  bool is_in_block = false;
};

Header* header_of(void* piece) {
  return static_cast<Header*>(piece) - 1;
}

void* allocate(std::size_t size) {
  const bool is_in_block = memory_in_use != nullptr;
  auto* place = is_in_block ? memory_in_use->take(sizeof(Header) + size) : std::malloc(sizeof(Header) + size);
  if (place == nullptr) {
    std::abort(); // as tree-sitter itself does
  }
  return std::construct_at(static_cast<Header*>(place), Header{size, is_in_block}) + 1;
}

void* allocate_zeroed(std::size_t count, std::size_t size) {
  auto* piece = allocate(count * size);
  std::memset(piece, 0, count * size);
  return piece;
}

void release(void* piece) {
  if (piece != nullptr && !header_of(piece)->is_in_block) {
    std::free(header_of(piece));
  }
}

void* resize(void* piece, std::size_t size) {
  if (piece != nullptr && header_of(piece)->size >= size) {
    return piece;
  }
  auto* larger = allocate(size);
  if (piece != nullptr) {
    std::memcpy(larger, piece, header_of(piece)->size);
    release(piece);
  }
  return larger;
}

} // namespace

SyntaxBlocks::Block SyntaxBlocks::take() {
  const std::lock_guard lock(m_mutex);
  if (m_free.empty()) {
    return std::make_unique_for_overwrite<std::byte[]>(block_size);
  }
  auto block = std::move(m_free.back());
  m_free.pop_back();
  return block;
}

void SyntaxBlocks::give_back(std::vector<Block> blocks) {
  const std::lock_guard lock(m_mutex);
  std::move(blocks.begin(), blocks.end(), std::back_inserter(m_free));
}

SyntaxMemory::SyntaxMemory(std::shared_ptr<SyntaxBlocks> blocks)
    : m_shared(blocks != nullptr ? std::move(blocks) : std::make_shared<SyntaxBlocks>()) {
  static std::once_flag once; // before tree-sitter is first used: it must be given back what it was given
  std::call_once(once, [] { ts_set_allocator(allocate, allocate_zeroed, resize, release); });
}

SyntaxMemory::~SyntaxMemory() {
  m_shared->give_back(std::move(m_blocks));
}

void* SyntaxMemory::take(std::size_t size) {
  constexpr auto alignment = alignof(std::max_align_t);
  size = (size + alignment - 1) / alignment * alignment;
  if (size > block_size) {
    m_large.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    return m_large.back().get();
  }
  if (size > m_left) {
    m_left = block_size;
    m_blocks.push_back(m_shared->take());
    m_free = m_blocks.back().get();
  }
  auto* const taken = m_free;
  m_free += size;
  m_left -= size;
  return taken;
}

SyntaxMemory::Use::Use(SyntaxMemory& memory) : m_before(std::exchange(memory_in_use, &memory)) {}

SyntaxMemory::Use::~Use() {
  memory_in_use = m_before;
}

} // namespace pyw::typegen
