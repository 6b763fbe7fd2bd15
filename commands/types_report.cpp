#include <base/text.hpp>
#include <commands/types_report.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::commands {

namespace {

/// The lines that only one of two texts has, in the manner of a diff without context.
std::string changed_lines(std::string_view before, std::string_view after) {
  const auto one = split(before, '\n');
  const auto other = split(after, '\n');
  std::size_t head = 0;
  while (head < one.size() && head < other.size() && one[head] == other[head]) {
    ++head;
  }
  std::size_t tail = 0;
  while (tail + head < one.size() && tail + head < other.size() &&
         one[one.size() - 1 - tail] == other[other.size() - 1 - tail]) {
    ++tail;
  }
  auto text = fmt::format(
      "@@ -{},{} +{},{} @@\n", head + 1, one.size() - head - tail, head + 1, other.size() - head - tail);
  for (auto index = head; index + tail < one.size(); ++index) {
    text += fmt::format("-{}\n", one[index]);
  }
  for (auto index = head; index + tail < other.size(); ++index) {
    text += fmt::format("+{}\n", other[index]);
  }
  return text;
}

std::string
difference(const ReadOnlyFileSystem& files, const StubPlace& place, const typegen::StubFile& file) {
  const auto path = place.path_of(file.path);
  const auto present = files.read_if_exists(path);
  if (!present || !*present) {
    return fmt::format("--- /dev/null\n+++ {}\n", path.string());
  }
  return fmt::format("--- {0}\n+++ {0}\n{1}", path.string(), changed_lines(**present, file.content));
}

} // namespace

void show_report(Context& context, const typegen::StubReport& report) {
  if (context.options.format == OutputFormat::json) {
    auto lines = nlohmann::ordered_json::array();
    for (const auto& line : report.became_any) {
      lines.push_back({{"where", line.where}, {"what", line.what}});
    }
    auto unknown = nlohmann::ordered_json::array();
    for (const auto& each : report.unknown_syntax) {
      unknown.push_back(
          {{"what", each.what}, {"line", each.line}, {"column", each.column}, {"text", each.text}});
    }
    context.world.reporter.data(nlohmann::ordered_json{{"declarations", report.declarations},
                                                       {"type_names", report.type_names},
                                                       {"importable", report.importable},
                                                       {"classes", report.classes},
                                                       {"became_any", lines},
                                                       {"unknown_syntax", unknown}}
                                    .dump(2) +
                                "\n");
    return;
  }
  std::string text =
      fmt::format("{} declarations, {} types, {} of them importable from js, {} classes written\n",
                  report.declarations,
                  report.type_names,
                  report.importable,
                  report.classes);
  for (const auto& line : report.became_any) {
    text += fmt::format("Any: {}: {}\n", line.where.empty() ? "(global)" : line.where, line.what);
  }
  for (const auto& each : report.unknown_syntax) {
    text += fmt::format("not understood: {}:{}: {}: {}\n", each.line, each.column, each.what, each.text);
  }
  context.world.reporter.data(text);
}

int check_result(Context& context, const StubPlace& place, const Comparison& comparison) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    auto stale = nlohmann::ordered_json::array();
    for (const auto& file : comparison.stale) {
      stale.push_back(place.path_of(file.path).string());
    }
    reporter.data(nlohmann::ordered_json{{"up_to_date", comparison.stale.empty()}, {"stale", stale}}.dump(2) +
                  "\n");
  } else {
    for (const auto& file : comparison.stale) {
      reporter.data(difference(context.world.files, place, file));
    }
  }
  if (!comparison.stale.empty()) {
    reporter.report(Diagnostic{.message = fmt::format("the types are stale: {} differ",
                                                      counted(comparison.stale.size(), "file", "files")),
                               .hints = {"run `pyw types`"}});
  }
  return comparison.stale.empty() ? 0 : 1;
}

void show_written(Context& context,
                  const StubPlace& place,
                  const Comparison& comparison,
                  std::size_t bindings) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    auto written = nlohmann::ordered_json::array();
    for (const auto& file : comparison.stale) {
      written.push_back(place.path_of(file.path).string());
    }
    reporter.data(nlohmann::ordered_json{{"directory", place.folder.string()},
                                         {"bindings", bindings},
                                         {"written", written},
                                         {"unchanged", comparison.unchanged}}
                      .dump(2) +
                  "\n");
    return;
  }
  reporter.message(comparison.stale.empty() ? fmt::format("Types are up to date in {}", place.folder.string())
                                            : fmt::format("Wrote the types of {} to {}",
                                                          counted(bindings, "binding", "bindings"),
                                                          place.folder.string()));
}

} // namespace pyw::commands
