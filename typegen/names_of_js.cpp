#include <typegen/names_of_js.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

/// Behind `from js import`: names, each with or without ` as other`.
void add_imported(std::string_view python, std::size_t& index, std::set<std::string, std::less<>>& names) {
  const auto open = python.find_first_not_of(' ', index);
  const bool in_brackets = open < python.size() && python[open] == '(';
  const auto end = in_brackets ? python.find(')', open) : python.size();
  const auto clause = python.substr(0, std::min(end, python.size()));
  const std::string_view stops = in_brackets ? "" : "\n);";
  bool is_other = false;
  for (auto word = next_word(clause, index, stops); !word.empty(); word = next_word(clause, index, stops)) {
    if (!is_other && word != "as") {
      names.emplace(word);
    }
    is_other = word == "as";
  }
}

} // namespace

void add_names_of_js(std::string_view python, std::set<std::string, std::less<>>& names) {
  if (python.find("js") == std::string_view::npos) {
    return; // most files
  }
  std::string_view before_last;
  std::string_view last;
  std::size_t index = 0;
  for (auto word = next_word(python, index); !word.empty(); word = next_word(python, index)) {
    if (word == "import" && last == "js" && before_last == "from") {
      add_imported(python, index, names);
    } else if (word == "js" && index + 1 < python.size() && python[index] == '.' &&
               is_word(python[index + 1])) {
      const auto end = end_of_word(python, index + 1);
      names.emplace(python.substr(index + 1, end - index - 1));
    }
    before_last = last;
    last = word;
  }
}

} // namespace pyw::typegen
