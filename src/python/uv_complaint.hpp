// What uv says on stderr when it fails, taken apart: pure text in, value out. The wording is uv's own
// (0.13.8); what is not recognised stays whole and is shown as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyw::python {

/// uv's "error: …", "  cause: …" and "hint: …" paragraphs, without the prefixes, several lines joined.
struct UvComplaint {
  std::string headline;
  std::vector<std::string> causes;
  std::vector<std::string> hints;
};

[[nodiscard]] UvComplaint parse_complaint(std::string_view standard_error);

/// All of it as one text to search in.
[[nodiscard]] std::string whole_text(const UvComplaint& complaint);

enum class Trouble {
  unknown_package, ///< no index has it
  no_wheel,        ///< exists, but not for this Python on WebAssembly
  no_such_version, ///< exists, but not in the version asked for
  conflict,        ///< requirements exclude each other
  not_cached,      ///< --offline, and uv's cache lacks it
  unreachable,     ///< no connection: refused, timed out, no such host
  certificate,     ///< TLS could not be verified
  proxy,           ///< the proxy cannot be reached or refuses
  proxy_login,     ///< the proxy wants a user name and password
  index_login,     ///< the index wants a user name and password
  index_error,     ///< the index answers with an error or with nonsense
  disk_full,
  not_writable,
  too_old,             ///< uv does not know an option or feature
  refused_interpreter, ///< uv does not like pyw's answer about the interpreter
  build_failed,        ///< a local package's build
  build_needed,        ///< neither a wheel nor a local package: git and archives
  bad_project,         ///< pyproject.toml or uv.toml
  bad_lock,            ///< pylock.toml
  bad_requirement,     ///< no requirement in the form of PEP 508
  not_a_dependency,    ///< to be removed, but not there
  missing_path,        ///< a local package's folder
  unknown,
};

[[nodiscard]] Trouble classify(const UvComplaint& complaint);

/// The package that the complaint is about; empty when it names none.
[[nodiscard]] std::string blamed_package(const UvComplaint& complaint);

/// The local package that uv would have to build to learn what it depends on, and was told not to; empty when
/// it is something else.
[[nodiscard]] std::string unbuilt_local_package(const UvComplaint& complaint);

/// Who asks for `package`, as uv's explanation says it ("fastapi"); empty when it does not.
[[nodiscard]] std::string dependent_of(const UvComplaint& complaint, std::string_view package);

/// The address that could not be fetched, without user name and password; empty when none is named.
[[nodiscard]] std::string failed_address(const UvComplaint& complaint);

/// uv's explanation of a conflict, line by line, at most `most_lines`, with a last line that says how many
/// more there are.
[[nodiscard]] std::string trimmed_explanation(const UvComplaint& complaint, std::size_t most_lines = 12);

} // namespace pyw::python
