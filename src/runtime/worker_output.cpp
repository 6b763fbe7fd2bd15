#include <base/text.hpp>
#include <runtime/worker_output.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>

namespace pyw::runtime {

namespace {

using nlohmann::json;

constexpr std::string_view event_mark = "pyw-event:"; // guest/report.js
constexpr std::string_view trace_mark = "pyw-trace:"; // guest/tail.js

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::size_t number_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

Severity severity_of(std::string_view level) {
  if (level == "error") {
    return Severity::error;
  }
  return level == "warn" || level == "warning" ? Severity::warning : Severity::note;
}

/// Hints for what people run into at the top level of a Worker.
std::vector<std::string> hints_for(const std::string& type, const std::string& message) {
  if (type == "ModuleNotFoundError" && message.find("No module named 'src'") != std::string::npos) {
    return {"the folder of the entry file is the root of the Worker's modules: import without `src.`"};
  }
  if (type == "ModuleNotFoundError" && message.find("No module named 'workers'") != std::string::npos) {
    return {"run `pyw sync`: the SDK comes with the packages"};
  }
  if (type == "ModuleNotFoundError") {
    return {"a package is added with `pyw add NAME`; a module of your own must lie below the entry file's "
            "folder"};
  }
  if (type == "TopLevelEntropyError") {
    return {"move the call into a handler, or into a function that a handler calls"};
  }
  return {};
}

/// The last line of a traceback says it all; the whole follows for those who want it.
Error python_error(const json& event) {
  const auto type = text_of(event, "type");
  const auto message = text_of(event, "message");
  Diagnostic diagnostic;
  const bool ours = type == "MissingClass"; // no exception of Python: guest/python/_pyw_report.py
  diagnostic.message = message.empty() ? type : ours ? message : fmt::format("{}: {}", type, message);
  diagnostic.location = {text_of(event, "path"), number_of(event, "line"), number_of(event, "column")};
  diagnostic.snippet = text_of(event, "source");
  diagnostic.hints = hints_for(type, message);
  if (const auto suggestion = text_of(event, "suggestion"); !suggestion.empty()) {
    diagnostic.hints.push_back(fmt::format("did you mean `{}`?", suggestion));
  }
  Error error{ErrorKind::user, {std::move(diagnostic)}};
  // A traceback of one frame repeats what the place says.
  const auto traceback = text_of(event, "traceback");
  if (traceback.find("\n  File ") != traceback.rfind("\n  File ")) {
    error.diagnostics.push_back({Severity::note, traceback});
  }
  return error;
}

OutputLine read_started(const json& event) {
  OutputLine line{OutputLine::Kind::started};
  for (const auto& item : event.value("classes", json::array())) {
    line.classes.push_back({text_of(item, "name"), text_of(item, "kind")});
  }
  for (const auto& item : event.value("handlers", json::array())) {
    line.handlers.push_back(item.is_string() ? item.get<std::string>() : "");
  }
  return line;
}

double decimal_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

OutputLine read_invocation(const json& event) {
  OutputLine line{OutputLine::Kind::invocation};
  const auto logs = event.find("logs");
  line.invocation = HandlerRun{text_of(event, "kind"),
                               text_of(event, "what"),
                               text_of(event, "outcome"),
                               text_of(event, "ray"),
                               decimal_of(event, "wall"),
                               decimal_of(event, "cpu"),
                               logs == event.end() ? "[]" : logs->dump()};
  return line;
}

/// An event that nobody asked for is named: what ends the interpreter may be a message that comes again.
std::string ended_during(const json& event) {
  const auto running = event.value("running", json::array());
  const bool named = running.is_array() && !running.empty() && running.front().is_string();
  return named ? fmt::format("the Python interpreter has ended while `{}` ran: ",
                             running.front().get<std::string>())
               : "the Python interpreter has ended: ";
}

OutputLine read_event(std::string_view text) {
  const auto event = json::parse(text, nullptr, false);
  if (!event.is_object()) {
    return {};
  }
  const auto name = text_of(event, "event");
  if (name == "started") {
    return read_started(event);
  }
  if (name == "start-failed" || name == "exception") {
    const auto kind = name == "exception" ? OutputLine::Kind::exception : OutputLine::Kind::failure;
    OutputLine line{kind, Severity::error, text_of(event, "traceback"), python_error(event)};
    line.details = event.dump(-1, ' ', false, json::error_handler_t::replace);
    line.ray = text_of(event, "ray");
    return line;
  }
  if (name == "invocation") {
    return read_invocation(event);
  }
  if (name == "snapshot-unusable") {
    return {OutputLine::Kind::log,
            Severity::warning,
            "the memory snapshot cannot be used, the Worker starts without it: " + text_of(event, "message")};
  }
  if (name == "warm-up-failed") {
    return {OutputLine::Kind::log,
            Severity::warning,
            "the runtime was not warmed up, a first request takes longer: " + text_of(event, "message")};
  }
  if (name == "boot-failed" || name == "fatal") {
    const bool serving = name == "fatal" && text_of(event, "during").empty();
    auto error =
        internal_error(serving ? ended_during(event) + text_of(event, "message")
                               : "Python cannot be started in the runtime: " + text_of(event, "message"));
    return {serving ? OutputLine::Kind::fatal : OutputLine::Kind::failure,
            Severity::error,
            text_of(event, "message"),
            std::move(error)};
  }
  return {};
}

/// What workerd says of itself and people need not see: the guest has reported the exception already; a flag
/// that the date implies is no matter; byte code compilation runs as a test.
bool is_noise(std::string_view message) {
  constexpr std::array noise{
      std::string_view{"Uncaught exception: "},
      std::string_view{"Uncaught Error: PythonError: "},
      std::string_view{"so does not need to be specified anymore"},
      std::string_view{"uncaught exception; "},
      std::string_view{"NOSENTRY RPC connection broken"}, // guest/external.js says who is gone
  };
  for (const auto part : noise) {
    if (message.find(part) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

} // namespace

OutputLine read_output_line(std::string_view line) {
  line = trim(line);
  if (line.empty()) {
    return {};
  }
  const auto object = line.front() == '{' ? json::parse(line, nullptr, false) : json();
  if (!object.is_object() || !object.contains("message")) {
    return is_noise(line) ? OutputLine{}
                          : OutputLine{OutputLine::Kind::log, Severity::warning, std::string(line)};
  }
  auto message = text_of(object, "message");
  if (message.starts_with(event_mark)) {
    return read_event(std::string_view(message).substr(event_mark.size()));
  }
  if (message.starts_with(trace_mark)) {
    OutputLine read{OutputLine::Kind::trace};
    read.trace = message.substr(trace_mark.size());
    return read;
  }
  // Only workerd's own lines name their source.
  if (object.contains("source") && is_noise(message)) {
    return {};
  }
  return {OutputLine::Kind::log, severity_of(text_of(object, "level")), std::move(message)};
}

} // namespace pyw::runtime
