#include "case_file.hpp"

#include <base/text.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace pyw::test {

namespace {

std::string unescape(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    } else if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'r') {
      bytes += '\r';
      ++i;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

void set_option(CaseFile& result, const std::string& name, const std::string& value) {
  static const std::map<std::string, config::Purpose> purposes{{"inspect", config::Purpose::inspect},
                                                               {"sync", config::Purpose::sync},
                                                               {"dev", config::Purpose::dev},
                                                               {"types", config::Purpose::types},
                                                               {"deploy", config::Purpose::deploy}};
  if (name == "purpose") {
    result.options.purpose = purposes.at(value);
  } else if (name == "env") {
    result.options.environment = value;
  } else if (name == "config") {
    result.options.config = value;
  } else if (name == "start") {
    result.options.start_directory = value;
  } else if (name == "secrets") {
    result.options.secrets = config::SecretFiles::load;
  } else if (name == "show") {
    result.show_resolved = true;
  } else {
    result.environment[name] = value;
  }
}

} // namespace

CaseFile parse_case(const std::string& text) {
  const auto marker = text.find("=== expected\n");
  if (marker == std::string::npos) {
    throw std::runtime_error("a case needs `=== expected`");
  }
  CaseFile result;
  result.head = text.substr(0, marker);
  result.expected = text.substr(marker + std::string_view("=== expected\n").size());
  result.options.start_directory = "/project";
  result.options.today = "2026-11-21";
  std::string path;
  std::string content;
  bool escaped = false;
  const auto finish = [&] {
    if (!path.empty()) {
      (void)result.files.write(Path("/project") / path, escaped ? unescape(content) : content);
    }
    content.clear();
  };
  auto head = result.head;
  head.pop_back(); // the last line's newline
  for (const auto line : split(head, '\n')) {
    if (line.starts_with("--- ")) {
      finish();
      path = line.substr(4);
      escaped = path.ends_with(" (escaped)");
      path = path.substr(0, path.find(" (escaped)"));
    } else if (!path.empty()) {
      content += std::string(line) + "\n";
    } else if (line.starts_with("options: ")) {
      for (const auto word : split_words(line.substr(9))) {
        const auto equals = word.find('=');
        set_option(result, std::string(word.substr(0, equals)), std::string(word.substr(equals + 1)));
      }
    }
  }
  finish();
  (void)result.files.make_directories(result.options.start_directory);
  return result;
}

std::string run_case(const CaseFile& test_case) {
  const auto loaded =
      config::load_project(test_case.files, Environment(test_case.environment), test_case.options);
  if (!loaded) {
    return render(loaded.error());
  }
  std::string text;
  for (const auto& warning : loaded->warnings) {
    text += render(warning);
  }
  text += "ok\n";
  if (test_case.show_resolved) {
    text += config::to_json(loaded->project.resolved).dump(1) + "\n";
    text += "name: " + loaded->project.name.value + "\n";
    for (const auto& secret : loaded->project.secrets) {
      text += "secret " + secret.name + ": " + secret.value.reveal() + "\n";
    }
  }
  return text;
}

} // namespace pyw::test
