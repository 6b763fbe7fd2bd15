"""Everything that goes wrong: what is said, and that nothing is changed."""
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time

from sync_project import Project

import checks

DEAD = "http://127.0.0.1:9/simple"  # RFC 863's discard: nobody listens


def fails(project, expected, *arguments, code=1, **environment):
    before = project.tree()
    done = project.run("sync", *arguments, **environment)
    assert done.returncode == code, (done.returncode, done.stderr)
    for text in [expected] if isinstance(expected, str) else expected:
        assert text in done.stderr, f"{text!r} is not in: {done.stderr}"
    assert project.tree() == before
    project.assert_no_leftovers()
    return done.stderr


def test_unknown_package_points_at_its_line(pyw):
    with Project(pyw, ["idna", "no-such-package-of-anybody-7"]) as project:
        fails(project, ["pyproject.toml:6:5: error: there is no package `no-such-package-of-anybody-7`",
                        '"no-such-package-of-anybody-7",\n', "^^^", "hint: "])


def test_no_wasm_wheel(pyw):
    with Project(pyw, ["jinja2"]) as project:
        fails(project, ["`markupsafe` (needed by `jinja2`) has no wheel for Python 3.14 on WebAssembly",
                        "PYW_PYODIDE_INDEX"])


def test_no_wasm_wheel_three_steps_away(pyw):
    with Project(pyw, ["flask>=3"]) as project:
        fails(project, ["pyproject.toml:5:5: error: `markupsafe` (needed by", "needed by `flask`) has no wheel", '"flask>=3"'])


def test_no_wasm_wheel_names_the_version_that_has_one(pyw):
    with Project(pyw, ["msgpack==1.0.0"]) as project:
        text = fails(project, "`msgpack` has no wheel for Python 3.14")
        assert "has one: let the requirement admit it" in text, text


def test_unreachable_pyodide_index(pyw):
    with Project(pyw, ["numpy"]) as project:
        fails(project, ["cannot reach `http://127.0.0.1:9/", "Pyodide's package index", "PYW_PYODIDE_INDEX=off"],
              PYW_PYODIDE_INDEX=DEAD, UV_HTTP_RETRIES="0")


def test_conflict(pyw):
    with Project(pyw, ["fastapi==0.100", "starlette>1"]) as project:
        fails(project, ["the requirements exclude each other:", "fastapi==0.100.0 depends on starlette"])


def test_no_network(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, ["cannot reach `http://127.0.0.1:9/simple/", "hint: "], UV_DEFAULT_INDEX=DEAD, UV_HTTP_RETRIES="0")


def test_unknown_host(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, "cannot reach", UV_DEFAULT_INDEX="https://index.invalid/simple", UV_HTTP_RETRIES="0")


def test_offline_without_a_cache(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, "the network is not to be used", "--offline", UV_CACHE_DIR=str(project.root / "empty"))


def test_proxy(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, ["the proxy lets nothing through", "HTTPS_PROXY"], HTTPS_PROXY="http://127.0.0.1:9",
              UV_DEFAULT_INDEX="https://index.example/simple", NO_PROXY="", no_proxy="", UV_HTTP_RETRIES="0")


def test_index_that_wants_a_login(pyw):
    server = subprocess.Popen([sys.executable, "-c", """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(401); self.end_headers()
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""], stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().strip()
        with Project(pyw, ["idna"]) as project:
            text = fails(project, "the package index refuses access",
                         UV_DEFAULT_INDEX=f"http://user:secret@127.0.0.1:{port}/simple", UV_HTTP_RETRIES="0")
            assert "secret" not in text
    finally:
        server.kill()
        server.wait()


def test_broken_files(pyw):
    with Project(pyw, ["idna"]) as project:
        project.sync()
        project.write("pylock.toml", "<<<<<<< HEAD\n")
        fails(project, ["`pylock.toml` cannot be read", "remove it and run `pyw sync`"])


def test_missing_local_package(pyw):
    with Project(pyw, ["x"], extra='[tool.uv.sources]\nx = {path = "../nowhere"}\n') as project:
        fails(project, "a local package is not there")


def test_requirements_txt_alone(pyw):
    with Project(pyw) as project:
        project.path("pyproject.toml").unlink()
        project.write("requirements.txt", "fastapi>=0.100\n")
        fails(project, ["requirements.txt", '"fastapi>=0.100"'])


def test_disk_full(pyw):
    with Project(pyw, ["fastapi"]) as project:
        small = project.root / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(small)], capture_output=True).returncode:
            print("   (skipped: no right to mount)")
            return
        try:
            fails(project, ["the disk is full", "No space left"], UV_CACHE_DIR=str(small / "cache"))
        finally:
            subprocess.run(["umount", "-l", str(small)], check=True)


# --- A uv that misbehaves on order ---

def fake_uv(project, body):
    """A program in uv's place; `real` in its text is the real uv."""
    path = project.root / "uv"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "uv 0.13.8 (fake)"; exit 0; }}\n{body}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"PYW_UV": str(path)}


def test_uv_killed(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, ["uv was ended by signal 9", "nothing was changed"], **fake_uv(project, "kill -9 $$"))


def test_uv_that_knows_no_option(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, ["uv 0.13.8 is too old", "uv self update"],
              **fake_uv(project, "echo \"error: unexpected argument '--preview-features' found\" >&2; exit 2"))


def test_uv_that_refuses_the_interpreter(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, ["does not accept pyw's answer about Python 3.14", "install that version"],
              **fake_uv(project, "echo 'error: Querying Python at `x` returned an invalid response: missing field' >&2; exit 2"))


def test_uv_with_unheard_of_words(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, "uv failed: the moon is full", **fake_uv(project, "echo 'error: the moon is full' >&2; exit 3"))


def test_uv_that_does_nothing_and_says_all_is_well(pyw):
    with Project(pyw, ["idna"]) as project:
        project.sync()
        fails(project, "uv ended well, but `idna` is not installed", "--force", **fake_uv(project, "exit 0"))


def test_uv_that_is_silent(pyw):
    with Project(pyw, ["idna"]) as project:
        fails(project, "uv failed", **fake_uv(project, "exit 7"))


def wait_until(condition, what, patience_s=30):
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.01)


def test_ctrl_c_ends_uv_too(pyw):
    with Project(pyw, ["idna"]) as project:
        marker = project.root / "started"
        environment = fake_uv(project, f'echo $$ > "{marker}"; exec sleep 600')
        process = subprocess.Popen(project.command("sync"), cwd=project.folder, env={**project.environment, **environment},
                                   stderr=subprocess.DEVNULL)
        wait_until(lambda: marker.exists() and marker.read_text().strip(), "uv's start")
        uv = int(marker.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) != 0
        wait_until(lambda: not pathlib.Path(f"/proc/{uv}/cmdline").exists() or not
                   pathlib.Path(f"/proc/{uv}/cmdline").read_bytes(), "uv's end")


def test_kill_9_at_every_stage(pyw):
    """pyw dies after 1, 2, 3 … steps of uv and in between; the old tree or the new one is there, and the next run mends."""
    with Project(pyw, ["idna==3.10"]) as project:
        project.sync()
        old = project.tree()
        project.set_dependencies(["idna==3.11"])
        uv = project.run("toolchain", "path", "uv").stdout.strip()
        for stage in ("compile", "install"):
            environment = fake_uv(project, f"""
case " $* " in *" pip {stage} "*) kill -9 $PPID; exit 1;; esac
exec "{uv}" "$@" """)
            done = project.run("sync", **environment)
            assert done.returncode == -signal.SIGKILL, (stage, done)
            now = project.tree()
            for name, content in old.items():
                if name != "pyproject.toml":
                    assert now[name] == content, (stage, name)
        project.sync()
        assert project.path("python_modules/idna-3.11.dist-info").is_dir()
        project.assert_no_leftovers()


def test_kill_9_at_any_moment(pyw):
    with Project(pyw, ["idna==3.10", "fastapi"]) as project:
        project.sync()
        versions = ["3.10", "3.11"]
        for round_number in range(12):
            project.set_dependencies([f"idna=={versions[round_number % 2]}", "fastapi"])
            process = subprocess.Popen(project.command("sync"), cwd=project.folder, env=project.environment,
                                       stderr=subprocess.DEVNULL)
            # Not a wait for anything: the moment of death, spread over the whole run.
            time.sleep(0.02 + 0.04 * round_number)
            process.kill()
            process.wait()
            infos = [p.name for p in project.path("python_modules").glob("idna-*.dist-info")]
            assert len(infos) == 1, infos
            assert project.path("python_modules/fastapi/__init__.py").is_file()
        project.sync()
        project.assert_no_leftovers()


def test_two_at_once_take_turns(pyw):
    with Project(pyw, ["idna"]) as project:
        both = [subprocess.Popen(project.command("sync"), cwd=project.folder, env=project.environment, text=True,
                                 stderr=subprocess.PIPE) for _ in range(3)]
        said = [process.communicate(timeout=120)[1] for process in both]
        assert [process.returncode for process in both] == [0, 0, 0], said
        assert sum("Installed" in text for text in said) == 1, said
        project.assert_no_leftovers()


def test_folder_that_cannot_be_written(pyw):
    with Project(pyw, ["idna"]) as project:
        if os.geteuid() == 0 and subprocess.run(["chattr", "+i", str(project.folder)], capture_output=True).returncode:
            print("   (skipped: root, and chattr does not work here)")
            return
        mode = project.folder.stat().st_mode
        try:
            if os.geteuid() != 0:
                project.folder.chmod(0o555)
            done = project.run("sync")
            assert done.returncode == 1 and "hint: " in done.stderr, done.stderr
        finally:
            subprocess.run(["chattr", "-i", str(project.folder)], capture_output=True)
            project.folder.chmod(mode)


if __name__ == "__main__":
    checks.main(globals())
