#include <snapshot/import_times.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace pyw::snapshot {

namespace {

struct Span {
  std::string module;
  double start = 0;
  double end = 0;
  std::size_t depth = 0;
  double inside = 0; ///< of the imports directly below
};

/// In the order of their beginning. Ends without a beginning are passed over; what never ends, ends with the
/// last.
std::vector<Span> spans(const std::vector<ImportEvent>& events) {
  std::vector<Span> all;
  std::vector<std::size_t> open;
  const auto close = [&](double now) {
    auto& span = all[open.back()];
    span.end = now;
    open.pop_back();
    if (!open.empty()) {
      all[open.back()].inside += span.end - span.start;
    }
  };
  for (const auto& event : events) {
    if (!event.module.empty()) {
      all.push_back({event.module, event.at_ms, event.at_ms, open.size()});
      open.push_back(all.size() - 1);
    } else if (!open.empty()) {
      close(event.at_ms);
    }
  }
  while (!open.empty()) {
    close(events.back().at_ms);
  }
  return all;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

} // namespace

std::vector<ImportTime> import_times(const std::vector<ImportEvent>& events) {
  std::map<std::string, ImportTime> by_module;
  for (const auto& span : spans(events)) {
    auto& time = by_module[span.module];
    time.module = span.module;
    time.total_ms += span.end - span.start;
    time.own_ms += span.end - span.start - span.inside;
  }
  std::vector<ImportTime> times;
  for (auto& [module, time] : by_module) {
    times.push_back(std::move(time));
  }
  std::ranges::stable_sort(times,
                           [](const auto& one, const auto& other) { return one.total_ms > other.total_ms; });
  return times;
}

std::string flame_graph(const std::vector<ImportEvent>& events, std::string_view title) {
  constexpr std::size_t row = 20; // pixels
  const auto all = spans(events);
  const double begin = events.empty() ? 0 : events.front().at_ms;
  const double width = events.empty() ? 1 : std::max(events.back().at_ms - begin, 1.0);
  std::size_t depth = 0;
  std::string boxes;
  for (const auto& span : all) {
    depth = std::max(depth, span.depth + 1);
    const auto took = span.end - span.start;
    boxes += fmt::format("<i style=\"left:{:.3f}%;width:{:.3f}%;top:{}px;background:hsl({} 70% 72%)\" "
                         "title=\"{} {:.1f} ms\">{}</i>\n",
                         100 * (span.start - begin) / width,
                         100 * took / width,
                         span.depth * row,
                         std::hash<std::string>{}(span.module.substr(0, span.module.find('.'))) % 360,
                         escaped(span.module),
                         took,
                         escaped(span.module));
  }
  return fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<style>body{{font:13px system-ui;margin:1.5em}}\n"
      "#graph{{position:relative;height:{1}px}}\n"
      "i{{position:absolute;box-sizing:border-box;height:{2}px;overflow:hidden;white-space:nowrap;\n"
      "font-style:normal;border:1px solid #fff;border-radius:2px;padding:0 2px;color:#000}}</style>\n"
      "<h1>{0}</h1><p>{3:.0f} ms in all; the pointer shows the time of a box.</p>\n"
      "<div id=\"graph\">\n{4}</div>\n",
      escaped(title),
      depth * row,
      row,
      width,
      boxes);
}

} // namespace pyw::snapshot
