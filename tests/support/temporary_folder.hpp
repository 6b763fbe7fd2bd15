// A folder of its own for each test, removed at the end.
#pragma once

#include <base/filesystem.hpp>

#include <cstdlib>
#include <stdexcept>

namespace pyw::test {

class TemporaryFolder {
public:
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "pyw-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary folder");
    }
    m_path = pattern;
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }

  [[nodiscard]] const Path& path() const { return m_path; }

private:
  Path m_path;
};

} // namespace pyw::test
