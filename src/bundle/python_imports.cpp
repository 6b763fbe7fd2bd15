#include <base/text.hpp>
#include <bundle/python_imports.hpp>

#include <algorithm>
#include <array>

namespace pyw::bundle {

namespace {

constexpr auto standard_library = std::to_array<std::string_view>({
    "__future__",
    "_collections_abc",
    "_io",
    "_thread",
    "abc",
    "aifc",
    "annotationlib",
    "antigravity",
    "argparse",
    "array",
    "ast",
    "asynchat",
    "asyncio",
    "asyncore",
    "atexit",
    "audioop",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "cProfile",
    "calendar",
    "cgi",
    "cgitb",
    "chunk",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "compression",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "crypt",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "distutils",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "imghdr",
    "imp",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "lib2to3",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "mailcap",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msilib",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nis",
    "nntplib",
    "nt",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "ossaudiodev",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pipes",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pydoc_data",
    "pyexpat",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtpd",
    "smtplib",
    "sndhdr",
    "socket",
    "socketserver",
    "spwd",
    "sqlite3",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "sunau",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "telnetlib",
    "tempfile",
    "termios",
    "textwrap",
    "this",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uu",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xdrlib",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
});

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}

/// Follows strings, comments and brackets through the text, so that only the starts of statements are looked
/// at.
class Reader {
public:
  /// Takes one line; whether a statement starts in it (it does not lie inside a string or brackets).
  bool starts_statement(std::string_view line) {
    const bool starts = m_quote.empty() && m_depth == 0 && !m_joined;
    m_joined = false;
    for (std::size_t at = 0; at < line.size();) {
      at = m_quote.empty() ? code(line, at) : text(line, at);
    }
    if (m_quote.size() == 1) {
      m_quote.clear(); // a one-line string that does not end: the line does
    }
    return starts;
  }

private:
  std::size_t code(std::string_view line, std::size_t at) {
    const char c = line[at];
    if (c == '#') {
      return line.size();
    }
    if (c == '"' || c == '\'') {
      m_quote = line.substr(at, 3) == std::string(3, c) ? std::string(3, c) : std::string(1, c);
      return at + m_quote.size();
    }
    m_depth += c == '(' || c == '[' || c == '{' ? 1 : 0;
    m_depth -= (c == ')' || c == ']' || c == '}') && m_depth > 0 ? 1 : 0;
    m_joined = c == '\\' && at + 1 == line.size();
    return at + 1;
  }

  std::size_t text(std::string_view line, std::size_t at) {
    if (line[at] == '\\') {
      return at + 2;
    }
    if (line.substr(at, m_quote.size()) == m_quote) {
      at += m_quote.size();
      m_quote.clear();
      return at;
    }
    return at + 1;
  }

  std::string m_quote;
  std::size_t m_depth = 0;
  bool m_joined = false;
};

std::string_view first_part(std::string_view dotted) {
  std::size_t size = 0;
  while (size < dotted.size() && is_name_byte(dotted[size])) {
    ++size;
  }
  return dotted.substr(0, size);
}

/// The packages that one statement imports, each with its place in the line.
void add_statement(std::string_view line, std::size_t number, std::vector<TopLevelImport>& out) {
  const auto add = [&](std::string_view name) {
    if (const auto package = first_part(name); !package.empty()) {
      out.push_back({std::string(package),
                     number,
                     static_cast<std::size_t>(name.data() - line.data()) + 1,
                     std::string(line)});
    }
  };
  if (line.starts_with("from ")) {
    add(trim(line.substr(5)));
  } else if (line.starts_with("import ")) {
    const auto list = line.substr(
        7,
        line.find_first_of("#;", 7) == std::string_view::npos ? line.npos : line.find_first_of("#;", 7) - 7);
    for (const auto part : split(list, ',')) {
      add(trim(part));
    }
  }
}

} // namespace

std::vector<TopLevelImport> top_level_imports(std::string_view python_source) {
  std::vector<TopLevelImport> out;
  Reader reader;
  std::size_t number = 0;
  for (auto line : split(python_source, '\n')) {
    ++number;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (reader.starts_statement(line)) {
      add_statement(line, number, out); // indented lines start with a blank and match nothing
    }
  }
  return out;
}

bool is_standard_library(std::string_view module) {
  return std::find(standard_library.begin(), standard_library.end(), module) != standard_library.end();
}

} // namespace pyw::bundle
