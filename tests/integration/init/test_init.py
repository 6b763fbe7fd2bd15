"""`pyw init`: built-in templates, folders, real git repositories, the picker on a real terminal."""
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "support"))
import checks


class Place:
    """A temporary folder to run `pyw init` in."""

    def __init__(self, pyw):
        self.pyw = pyw
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-init-"))
        self.here = self.root / "here"
        self.here.mkdir()
        self.environment = dict(os.environ, NO_COLOR="1", PYW_CACHE_DIR=str(self.root / "cache"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, *arguments, **environment):
        return subprocess.run([str(self.pyw), "--no-progress", "init", *map(str, arguments)], cwd=self.here, text=True,
                              env={**self.environment, **environment}, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL)

    def init(self, *arguments, **environment):
        done = self.run(*arguments, "--no-sync", **environment)
        assert done.returncode == 0, done.stderr
        return done

    def fails(self, expected, *arguments, code=1, **environment):
        before = self.everything()
        done = self.run(*arguments, "--no-sync", **environment)
        assert done.returncode == code, (done.returncode, done.stderr)
        assert expected in done.stderr, done.stderr
        assert self.everything() == before
        scratch = self.root / "cache" / "scratch"
        assert not scratch.exists() or not list(scratch.iterdir())
        return done.stderr

    def everything(self):
        return sorted(str(path.relative_to(self.here)) for path in self.here.rglob("*"))


def make_repository(folder, files, links=()):
    """A git repository with one commit on `main`; returns a function that runs git in it."""
    folder.mkdir(parents=True)

    def git(*arguments):
        return subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always",
                               *map(str, arguments)], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q", "-b", "main")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, target in links:
        (folder / name).symlink_to(target)
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    return git


PROJECT = {
    "api/pyproject.toml": '[project]\nname = "x" # it\nversion = "1"\n',
    "api/wrangler.jsonc": '{ "name": "x", "main": "src/entry.py" }\n',
    "api/src/entry.py": "first\n",
    "README.md": "outside\n",
}


def test_every_built_in_template_is_written_with_the_name(pyw):
    with Place(pyw) as place:
        names = [row["name"] for row in json.loads(place.run("--list", "--json").stdout)]
        assert "hello" in names and "fastapi" in names
        for name in names:
            place.init(f"my-{name}", "--template", name)
            folder = place.here / f"my-{name}"
            assert f'name = "my-{name}"' in (folder / "pyproject.toml").read_text()
            assert f'"name": "my-{name}"' in (folder / "wrangler.jsonc").read_text()
            for source in folder.rglob("*.py"):
                compile_with_newest_python(source)


def compile_with_newest_python(source):
    text = source.read_text()
    if 't"' in text:  # template strings need Python 3.14, which this machine may lack
        return
    compile(text, str(source), "exec")


def test_packages_are_installed_at_once(pyw):
    with Place(pyw) as place:
        done = place.run("app", "--template", "hello")
        assert done.returncode == 0, done.stderr
        assert (place.here / "app/python_modules/workers/__init__.py").is_file()
        assert "cd app" in done.stderr and "pyw dev" in done.stderr


def test_a_failed_sync_leaves_the_whole_project(pyw):
    with Place(pyw) as place:
        done = place.run("app", "--template", "fastapi", UV_DEFAULT_INDEX="http://127.0.0.1:9/simple", UV_HTTP_RETRIES="0",
                         UV_CACHE_DIR=str(place.root / "empty"))
        assert done.returncode == 1 and "`pyw sync` tries again" in done.stderr, done.stderr
        assert (place.here / "app/src/app.py").is_file() and not (place.here / "app/python_modules").exists()


def test_in_this_empty_folder(pyw):
    with Place(pyw) as place:
        place.init("--template", "hello")
        assert (place.here / "src/entry.py").is_file()
        assert '"name": "here"' in (place.here / "wrangler.jsonc").read_text()


def test_targets_that_are_refused(pyw):
    with Place(pyw) as place:
        (place.here / "full").mkdir()
        (place.here / "full/notes").write_text("mine")
        place.fails("is not empty", "full", "--template", "hello")
        (place.here / "file").write_text("")
        place.fails("is there already", "file", "--template", "hello")
        place.init("full", "--template", "hello", "--force")
        assert (place.here / "full/notes").read_text() == "mine"


def test_wrong_words(pyw):
    with Place(pyw) as place:
        assert "did you mean `hello`?" in place.fails("there is no template `helo`", "a", "--template", "helo")
        assert "--name my-app" in place.fails("cannot be a Worker's name", "a", "--template", "hello", "--name", "My App", code=2)
        place.fails("no template named", "a", code=2)
        place.fails("there is no folder", "a", "--template", "./nowhere")
        place.fails("names no repository", "a", "--template", "https://git.example/x", code=2)


def test_a_folder_as_template(pyw):
    with Place(pyw) as place:
        make_repository(place.root / "repository", PROJECT)
        place.init("app", "--template", place.root / "repository/api")
        assert place.everything() == ["app", "app/pyproject.toml", "app/src", "app/src/entry.py", "app/wrangler.jsonc"]


def test_a_repository_by_branch_tag_commit_and_folder(pyw):
    with Place(pyw) as place:
        repository = place.root / "repository"
        git = make_repository(repository, PROJECT)
        first = git("rev-parse", "HEAD")
        git("tag", "-a", "v1", "-m", "v1")
        git("checkout", "-q", "-b", "feature/new")
        (repository / "api/src/entry.py").write_text("second\n")
        (repository / "api/run.sh").write_text("#!/bin/sh\n")
        (repository / "api/run.sh").chmod(0o755)
        git("add", "-A")
        git("commit", "-q", "-m", "two")
        git("checkout", "-q", "main")
        url = f"file://{repository}"
        for number, (template, content) in enumerate([
            (f"{url}/api", "first\n"),
            (f"{url}#main:api", "first\n"),
            (f"{url}#:api", "first\n"),
            (f"{url}#v1:api", "first\n"),
            (f"{url}#{first}:api", "first\n"),
            (f"{url}#feature/new:api", "second\n"),
        ]):
            place.init(f"app{number}", "--template", template)
            folder = place.here / f"app{number}"
            assert (folder / "src/entry.py").read_text() == content, template
            assert not (folder / ".git").exists() and not (folder / "README.md").exists()
            assert f'name = "app{number}" # it' in (folder / "pyproject.toml").read_text()
        assert os.access(place.here / "app5/run.sh", os.X_OK)
        place.fails("has no branch, tag or commit `featur/new`", "b", "--template", f"{url}#featur/new:api")
        place.fails("has no folder `apu`", "b", "--template", f"{url}#main:apu")
        place.fails("neither a wrangler file nor a pyproject.toml", "b", "--template", url)
        place.fails("is no folder", "b", "--template", f"{url}#main:README.md")


def test_repositories_that_are_refused(pyw):
    with Place(pyw) as place:
        make_repository(place.root / "links", {**PROJECT, "wrangler.toml": ""}, [("out", "../../etc/passwd")])
        place.fails("is a link out of its folder", "a", "--template", f"file://{place.root}/links")
        make_repository(place.root / "inside", {"wrangler.toml": ""}, [("copy", "wrangler.toml")])
        place.init("b", "--template", f"file://{place.root}/inside")
        assert os.readlink(place.here / "b/copy") == "wrangler.toml"
        git = make_repository(place.root / "modules", {"wrangler.toml": ""})
        git("submodule", "add", "-q", place.root / "inside", "sub")
        git("commit", "-q", "-m", "sub")
        place.fails("is a submodule", "c", "--template", f"file://{place.root}/modules")
        place.fails("there is no git repository", "d", "--template", "file:///nowhere/at/all")


def git_server(root):
    """Serves the repositories below `root` over http, with git's own program, as a forge does."""
    program = f"""
import http.server, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        path, _, query = self.path.partition("?")
        size = int(self.headers.get("content-length") or 0)
        environment = dict(os.environ, GIT_PROJECT_ROOT={str(root)!r}, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
                           REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("content-type") or "",
                           REMOTE_ADDR="127.0.0.1", GIT_PROTOCOL=self.headers.get("git-protocol") or "")
        if self.headers.get("content-encoding"):
            environment["HTTP_CONTENT_ENCODING"] = self.headers["content-encoding"]
        done = subprocess.run(["git", "http-backend"], input=self.rfile.read(size), env=environment, capture_output=True).stdout
        head, _, body = done.partition(b"\\r\\n\\r\\n")
        status = 200
        lines = [line.split(": ", 1) for line in head.decode().split("\\r\\n") if line]
        for name, value in lines:
            if name == "Status": status = int(value.split()[0])
        self.send_response(status)
        for name, value in lines:
            if name != "Status": self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    return server, int(server.stdout.readline())


def test_over_http_as_a_forge_shows_it(pyw):
    with Place(pyw) as place:
        git = make_repository(place.root / "srv/owner/repo", PROJECT)
        git("branch", "release/1.0")
        server, port = git_server(place.root / "srv")
        try:
            url = f"http://127.0.0.1:{port}/owner/repo"
            for number, template in enumerate([f"{url}/api", f"{url}/tree/main/api", f"{url}/tree/release/1.0/api", f"{url}#main:api"]):
                place.init(f"app{number}", "--template", template)
                assert (place.here / f"app{number}/src/entry.py").read_text() == "first\n"
            place.fails("cannot reach", "b", "--template", f"http://127.0.0.1:{port}/owner/none")
        finally:
            server.kill()
            server.wait()
        place.fails("cannot reach", "b", "--template", url)
        assert "--offline" in place.fails("is not fetched", "b", "--template", url, "--offline")


class Terminal:
    """pyw on a pseudo terminal."""

    def __init__(self, place, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(place.here)
            os.execve(str(place.pyw), [str(place.pyw), "init", *arguments], place.environment)
        self.modes = termios.tcgetattr(self.fd)
        self.text = ""

    def read_until(self, wanted, patience_s=30):
        deadline = time.monotonic() + patience_s
        while wanted not in self.text:
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"{wanted!r} did not come: {self.text!r}")
            try:
                self.text += os.read(self.fd, 4096).decode(errors="replace")
            except OSError:  # EIO: the other side is closed
                raise AssertionError(f"ended before {wanted!r}: {self.text!r}") from None

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def end(self):
        try:
            while os.read(self.fd, 4096):
                pass
        except OSError:
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def test_the_picker(pyw):
    with Place(pyw) as place:
        names = [row["name"] for row in json.loads(place.run("--list", "--json").stdout)]
        terminal = Terminal(place, "one", "--no-sync")
        terminal.read_until(f">  1  {names[0]}")
        terminal.press("\x1b[B")
        terminal.read_until(f">  2  {names[1]}")
        terminal.press("\r")
        terminal.read_until("Created `one`")
        assert terminal.end() == 0
        assert (place.here / "one/src/entry.py").is_file()

        terminal = Terminal(place, "two", "--no-sync")
        terminal.read_until(">  1")
        terminal.press(f"{names.index('fastapi') + 1}")
        terminal.read_until(f">  {names.index('fastapi') + 1}" if names.index("fastapi") < 9 else f"> {names.index('fastapi') + 1}")
        terminal.press("\r")
        terminal.read_until("Created `two`")
        assert terminal.end() == 0
        assert (place.here / "two/src/app.py").is_file()


def test_giving_up_restores_the_terminal(pyw):
    with Place(pyw) as place:
        for keys in ("\x03", "\x1b", "q"):
            terminal = Terminal(place, "app")
            terminal.read_until(">  1")
            terminal.press(keys)
            terminal.read_until("Nothing was created")
            assert termios.tcgetattr(terminal.fd)[3] == terminal.modes[3]
            assert terminal.end() == 1
        terminal = Terminal(place, "app")
        terminal.read_until(">  1")
        os.kill(terminal.pid, signal.SIGTERM)
        status = os.waitpid(terminal.pid, 0)[1]
        assert os.waitstatus_to_exitcode(status) == -signal.SIGTERM
        assert termios.tcgetattr(terminal.fd)[3] == terminal.modes[3]
        os.close(terminal.fd)
        assert place.everything() == []


if __name__ == "__main__":
    checks.main(globals())
