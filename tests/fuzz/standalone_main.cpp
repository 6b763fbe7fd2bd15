// Runs a fuzz target without libFuzzer: over the files of the folders given, and over as many mutated inputs
// as asked for, from a fixed seed, so that a failure comes back.
//   fuzz_toml ROUNDS FOLDER…
// A crash prints the input first when FUZZ_SHOW is set in the environment.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Random = std::mt19937;

/// What the formats are made of: a mutation that inserts one of these gets further than a random byte.
const std::vector<std::string> pieces{"[",
                                      "]",
                                      "[[",
                                      "]]",
                                      "{",
                                      "}",
                                      "\"",
                                      "'",
                                      "\"\"\"",
                                      "'''",
                                      "=",
                                      ":",
                                      ",",
                                      ".",
                                      "\n",
                                      "\r\n",
                                      "#",
                                      "//",
                                      "/*",
                                      "*/",
                                      "\\",
                                      "\\u0000",
                                      "\\ud800",
                                      "\0",
                                      "1e999",
                                      "-0",
                                      "0x",
                                      "_",
                                      "true",
                                      "null",
                                      "inf",
                                      "2026-01-15",
                                      "export ",
                                      "${",
                                      "$",
                                      "}",
                                      "\xEF\xBB\xBF",
                                      "\xC3",
                                      "\xED\xA0\x80"};

std::size_t below(Random& random, std::size_t limit) {
  return limit == 0 ? 0 : random() % limit;
}

void mutate_once(std::string& input, const std::vector<std::string>& corpus, Random& random) {
  const auto at = below(random, input.size() + 1);
  const auto length = below(random, std::min<std::size_t>(input.size() - at, 16) + 1);
  switch (below(random, 6)) {
  case 0: // a byte changes
    if (at < input.size()) {
      input[at] = static_cast<char>(random());
    }
    break;
  case 1: // a stretch goes
    input.erase(at, length);
    break;
  case 2: // a piece comes
    input.insert(at, pieces[below(random, pieces.size())]);
    break;
  case 3: // a stretch is repeated
    input.insert(at, input.substr(at, length));
    break;
  case 4: // a piece comes many times
    for (std::size_t i = 0, count = below(random, 200), piece = below(random, pieces.size()); i < count;
         ++i) {
      input.insert(at, pieces[piece]);
    }
    break;
  default: { // the rest is another file's
    const auto& other = corpus[below(random, corpus.size())];
    input = input.substr(0, at) + other.substr(below(random, other.size() + 1));
  }
  }
}

void run(const std::string& input) {
  if (std::getenv("FUZZ_SHOW") != nullptr) {
    std::fprintf(stderr, "---- %zu bytes\n%s\n", input.size(), input.c_str());
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s ROUNDS FOLDER…\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  for (int i = 2; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) {
        paths.push_back(entry.path());
      }
    }
  }
  std::sort(paths.begin(), paths.end()); // the order of a directory is not the same everywhere
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    run(corpus.back());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "no input in the folders given\n");
    return 2;
  }
  Random random(20261121);
  const auto rounds = std::strtoul(argv[1], nullptr, 10);
  for (unsigned long round = 0; round < rounds; ++round) {
    auto input = corpus[below(random, corpus.size())];
    for (std::size_t i = 0, count = 1 + below(random, 6); i < count; ++i) {
      mutate_once(input, corpus, random);
    }
    run(input);
  }
  std::printf("%zu files, %lu mutated inputs\n", corpus.size(), rounds);
  return 0;
}
