#include <runtime/entry_scan.hpp>
#include <support/catch.hpp>

using namespace pyw::runtime;
using Names = std::vector<std::string>;

TEST_CASE("classes and imported names of the top level are found") {
  CHECK(exportable_names("from workers import WorkerEntrypoint, Response\n"
                         "class Default(WorkerEntrypoint):\n"
                         "    class Inner: pass\n"
                         "    def f(self):\n"
                         "        from a import hidden\n"
                         "class Counter (Base) : pass\n") ==
        Names{"WorkerEntrypoint", "Response", "Default", "Counter"});
}

TEST_CASE("imports over several lines and with other names") {
  CHECK(exportable_names("from .rooms import (\n"
                         "    Room as ChatRoom,  # renamed\n"
                         "    Lobby,\n"
                         ")\n"
                         "from a import b, \\\n"
                         "    c\n") == Names{"ChatRoom", "Lobby", "b", "c"});
}

TEST_CASE("blocks that run at the top level count, functions do not") {
  CHECK(exportable_names("try:\n"
                         "    from fast import Room\n"
                         "except ImportError:\n"
                         "    from slow import Room\n"
                         "if True:\n"
                         "    class A: ...\n"
                         "def f():\n"
                         "    class B: ...\n"
                         "async def g():\n"
                         "    class C: ...\n") == Names{"Room", "A"});
}

TEST_CASE("text and comments are no code") {
  CHECK(exportable_names("\"\"\"\nclass Doc: pass\nfrom x import y\n\"\"\"\n"
                         "# class Comment:\n"
                         "text = 'class A: \\' # no comment'\n"
                         "class Real: pass\n") == Names{"Real"});
}

TEST_CASE("names that cannot be exported are left out, and nothing is named twice") {
  CHECK(exportable_names("class _Private: pass\nfrom x import *\nfrom y import A, A\nclass A: pass\n") ==
        Names{"A"});
}

TEST_CASE("broken text is no trouble") {
  const auto source = GENERATE(as<std::string>{},
                               "",
                               "class",
                               "class ",
                               "from",
                               "from x import",
                               "from x import (a,",
                               "'",
                               "\"\"\"",
                               "\\",
                               "class A\\",
                               "'\\",
                               std::string("\0\xff class", 8));
  CHECK(exportable_names(source).size() <= 2);
}

TEST_CASE("handlers of a module are its functions whose names begin with on_") {
  CHECK(module_handlers("from jobs import on_scheduled\n"
                        "def on_fetch(request, env): pass\n"
                        "async def on_queue(batch): pass\n"
                        "class A:\n"
                        "    def on_alarm(self): pass\n"
                        "def only(): pass\n") == Names{"scheduled", "fetch", "queue"});
}

TEST_CASE("imported modules are those that absolute imports of the top level may mean") {
  CHECK(imported_modules("import json, a.b as c\n"
                         "from fastapi import FastAPI\n"
                         "from x.y import (\n    z,\n    w as v,\n)\n"
                         "from . import own\n"
                         "from .rooms import Room\n"
                         "def f():\n    import late\n") ==
        Names{"json", "a.b", "fastapi", "fastapi.FastAPI", "x.y", "x.y.z", "x.y.w"});
}
