// The memory of one syntax tree. tree-sitter asks for tens of thousands of small pieces and gives each back
// by itself; here they are cut from blocks, and the blocks given back with the tree.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace pyw::typegen {

class SyntaxMemory {
public:
  SyntaxMemory();

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
  std::vector<std::unique_ptr<std::byte[]>> m_blocks;
  std::byte* m_free = nullptr; ///< in the last block
  std::size_t m_left = 0;
};

} // namespace pyw::typegen
