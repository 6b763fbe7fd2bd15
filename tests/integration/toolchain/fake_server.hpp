// tests/fakes/http_server.py as a child of the test.
#pragma once

#include <base/process.hpp>
#include <base/real_filesystem.hpp>
#include <support/temporary_folder.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace pyw::test {

class FakeServer {
public:
  /// `extra` are further arguments of the script.
  explicit FakeServer(std::vector<std::string> extra = {}) {
    Command command;
    command.argv = {"python3",
                    PYW_SOURCE_DIR "/tests/fakes/http_server.py",
                    m_folder.path().string(),
                    "--log",
                    log_path()};
    command.argv.insert(command.argv.end(), extra.begin(), extra.end());
    command.standard_error = Stdio::inherit;
    auto started = m_runner.start(command);
    if (!started) {
      throw std::runtime_error("the fake server does not start");
    }
    m_child = std::move(*started);
    std::string line;
    for (char byte = 0; ::read(m_child->output_descriptor(), &byte, 1) == 1 && byte != '\n';) {
      line += byte;
    }
    m_port = std::stoi(line.substr(line.find(' ') + 1));
  }

  [[nodiscard]] int port() const { return m_port; }

  [[nodiscard]] std::string url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", m_port, path);
  }

  void serve(const std::string& name, const std::string& content) {
    if (!m_files.write(m_folder.path() / name, content)) {
      throw std::runtime_error("cannot write what is to be served");
    }
  }

  /// The requests so far, one JSON object each.
  [[nodiscard]] std::vector<std::string> requests() const {
    std::vector<std::string> lines;
    const auto text = m_files.read(log_path()).value_or("");
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }

private:
  [[nodiscard]] std::string log_path() const { return (m_log_folder.path() / "log").string(); }

  TemporaryFolder m_folder;
  TemporaryFolder m_log_folder;
  RealFileSystem m_files;
  RealProcessRunner m_runner;
  std::unique_ptr<ChildProcess> m_child;
  int m_port = 0;
};

} // namespace pyw::test
