// The memory of one syntax tree. tree-sitter asks for tens of thousands of small pieces and gives each back
// by itself; here they are cut from blocks, and the blocks given back with the tree.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace pyw::typegen {

/// Blocks of trees that are gone, for those to come: memory that has been used is at hand, new is not.
class SyntaxBlocks {
public:
  using Block = std::unique_ptr<std::byte[]>;

  [[nodiscard]] Block take();
  void give_back(std::vector<Block> blocks);

private:
  std::mutex m_mutex;
  std::vector<Block> m_free;
};

class SyntaxMemory {
public:
  /// `blocks`: shared by trees of several threads; null for blocks of its own.
  explicit SyntaxMemory(std::shared_ptr<SyntaxBlocks> blocks);
  ~SyntaxMemory();
  SyntaxMemory(const SyntaxMemory&) = delete;
  SyntaxMemory& operator=(const SyntaxMemory&) = delete;

  /// While it lives, what tree-sitter allocates in this thread comes from the blocks. All of that ends with
  /// the SyntaxMemory: nothing need be deleted before.
  class Use {
  public:
    explicit Use(SyntaxMemory& memory);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

  private:
    SyntaxMemory* m_before;
  };

  [[nodiscard]] void* take(std::size_t size);

private:
  std::shared_ptr<SyntaxBlocks> m_shared;
  std::vector<SyntaxBlocks::Block> m_blocks;
  std::vector<SyntaxBlocks::Block> m_large; ///< larger than a block
  std::byte* m_free = nullptr;              ///< in the last block
  std::size_t m_left = 0;
};

} // namespace pyw::typegen
