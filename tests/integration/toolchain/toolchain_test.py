#!/usr/bin/env python3
"""`pyw toolchain` and `pyw doctor` against a registry that misbehaves (tests/fakes/http_server.py).

    toolchain_test.py --pyw PROGRAM --registry URL

The real archives of the two smallest parts are fetched once from --registry and then served, spoiled on order, from
127.0.0.1: what pyw pins is what it checks.
"""
import argparse
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "fakes"))
import http_server  # noqa: E402

TYPES = "@cloudflare/workers-types/-/workers-types-5.20261117.1.tgz"
WORKERD_TYPES = "workerd/-/workerd-1.20261117.1.tgz"
TYPES_FOLDER = "workers-types-5.20261117.1-any"


class Bench:
    """A cache, a home and a server of its own for each test."""

    program = None
    archives = {}

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.cache = self.folder / "cache"
        self.home = self.folder / "home"
        self.project = self.home / "project"
        self.project.mkdir(parents=True)
        self.served = self.folder / "served"
        for name, content in self.archives.items():
            path = self.served / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.server = http_server.start(self.served, self.folder / "log")

    def environment(self, faults="", **more):
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG") or k.endswith("SAN_OPTIONS")}
        registry = {} if faults is None else {"NPM_CONFIG_REGISTRY": self.url(faults)}
        return kept | {"HOME": str(self.home), "PYW_CACHE_DIR": str(self.cache)} | registry | more

    def url(self, faults=""):
        return f"http://127.0.0.1:{self.server.port}/{faults}"

    def start(self, *arguments, faults="", limit_bytes=None, **environment):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

        return subprocess.Popen(
            [str(self.program), *arguments], cwd=self.project, env=self.environment(faults, **environment),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=limit if limit_bytes else None,
        )

    def run(self, *arguments, exit_code=0, **options):
        child = self.start(*arguments, **options)
        out, err = child.communicate(timeout=120)
        assert child.returncode == exit_code, f"exit {child.returncode} instead of {exit_code}\n{out}{err}"
        return out, err

    def install(self, part="workers-types", **options):
        return self.run("toolchain", "install", part, **options)

    def states(self):
        out, _ = self.run("toolchain", "list", "--json")
        return {row["name"]: row["state"] for row in json.loads(out)["parts"]}

    def requests(self):
        log = self.folder / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def part(self):
        return self.cache / "parts" / TYPES_FOLDER

    def half_written(self):
        """Whatever is neither a whole part nor a download that the next run continues."""
        parts = self.cache / "parts"
        return [entry.name for entry in parts.iterdir() if entry.name != TYPES_FOLDER] if parts.exists() else []


def wait_until(condition, what):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.005)


def test_installs_once(bench):
    _, err = bench.install()
    assert "installed: 1 part" in err, err
    assert bench.states()["workers-types"] == "ready"
    bench.install()
    assert len(bench.requests()) == 1
    assert not list((bench.cache / "downloads").iterdir())
    out, _ = bench.run("toolchain", "path", "workers-types")
    assert (pathlib.Path(out.strip()) / "index.d.ts").is_file()


def test_stumbles_are_survived(bench):
    for faults in ("fails=2/status=503/", "cut=100000/fails=2/", "plain/cut=100000/fails=1/", "wrong/fails=1/",
                   "short/fails=1/", "redirect=0/", "changing/cut=100000/fails=1/"):
        bench.install(faults=faults)
        assert bench.run("toolchain", "list", "--verify")
        subprocess.run(["rm", "-r", str(bench.part)], check=True)


def test_altered_and_truncated_downloads_are_refused(bench):
    for faults in ("wrong/", "short/"):
        _, err = bench.install(faults=faults, exit_code=1)
        assert "its digest differs from the pinned one" in err, err
        assert "hint: a proxy or a mirror may alter downloads" in err, err
        assert not bench.part.exists() and not bench.half_written()
        assert not list((bench.cache / "downloads").iterdir())
    bench.install()


def test_failures_are_told(bench):
    _, err = bench.install(faults="status=404/", exit_code=1)
    assert "answered with status 404" in err and "hint: " in err, err
    _, err = bench.install(faults="status=403/", exit_code=1)
    assert "answered with status 403" in err and "_authToken" in err, err
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        registry = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        _, err = bench.install(exit_code=1, NPM_CONFIG_REGISTRY=registry)
    assert "refused the connection" in err, err
    assert not bench.part.exists() and not bench.half_written()


def test_kill_at_any_time_loses_nothing(bench):
    """Killed while it downloads: the next run asks for the rest only."""
    archive = bench.cache / "downloads" / (TYPES_FOLDER + ".archive")
    for _ in range(3):
        child = bench.start("toolchain", "install", "workers-types", faults="slow=300/")
        before = archive.stat().st_size if archive.exists() else 0
        wait_until(lambda: archive.exists() and archive.stat().st_size > before, "bytes")
        child.kill()
        child.communicate()
        assert not bench.part.exists()
    have = archive.stat().st_size
    bench.install()
    assert bench.requests()[-1]["headers"]["Range"] == f"bytes={have}-"
    assert bench.run("toolchain", "list", "--verify")
    assert not bench.half_written()


def test_kill_while_unpacking_loses_nothing(bench):
    """Killed at moments spread over the whole run: always mended by the next."""
    started = time.monotonic()
    bench.install("workerd-types")
    took = time.monotonic() - started
    for step in range(12):
        subprocess.run(["rm", "-rf", str(bench.cache)], check=True)
        child = bench.start("toolchain", "install", "workerd-types")
        try:
            child.wait(timeout=took * step / 12)
        except subprocess.TimeoutExpired:
            child.kill()
        child.communicate()
        bench.install("workerd-types")
        bench.run("toolchain", "list", "--verify")
        names = sorted(path.name for path in (bench.cache / "parts").iterdir())
        assert names == ["workerd-types-1.20261117.1-any"], names
        # Killed between the rename and the end, the archive is left over, and no more.
        left = [path.name for path in (bench.cache / "downloads").iterdir() if path.suffix == ".archive"]
        assert len(left) <= 1, left
        bench.run("toolchain", "prune")
        assert not list((bench.cache / "downloads").iterdir())


def test_two_at_once_take_turns(bench):
    first = bench.start("toolchain", "install", "workers-types", faults="slow=300/")
    wait_until(lambda: bench.requests(), "the first request")
    second = bench.start("toolchain", "install", "workers-types", faults="slow=300/")
    for child in (first, second):
        _, err = child.communicate(timeout=60)
        assert child.returncode == 0, err
    assert f"waiting for another pyw (pid {first.pid})" in err, err
    assert len(bench.requests()) == 1


def test_a_damaged_cache_is_noticed_and_mended(bench):
    bench.install()
    file = bench.part / "index.d.ts"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    out, err = bench.run("toolchain", "list", exit_code=1)
    assert "damaged" in out and "`index.d.ts` has" in out and "pyw toolchain install" in err, out + err
    bench.install()
    assert file.read_bytes() == whole
    file.write_bytes(whole[:-1] + b"!")
    bench.run("toolchain", "list")
    out, _ = bench.run("toolchain", "list", "--verify", exit_code=1)
    assert "`index.d.ts` has been altered" in out, out
    out, _ = bench.run("doctor", "--json", "--offline", exit_code=1)
    finding = next(row for row in json.loads(out)["findings"] if row["check"] == "workers-types")
    assert finding["status"] == "problem" and finding["hints"] == ["mend it with `pyw toolchain install workers-types`"]
    bench.install()
    assert file.read_bytes() == whole


def test_offline_and_carried_over(bench):
    _, err = bench.run("toolchain", "install", "workers-types", "--offline", exit_code=1)
    assert "workers-types 5.20261117.1 is not in the cache, and `--offline` forbids to fetch it" in err, err
    assert not bench.requests()
    bench.run("toolchain", "install", "workers-types", "workerd-types")
    archive = bench.folder / "parts.tar.zst"
    bench.run("toolchain", "export", str(archive), "workers-types", "workerd-types")
    bench.server.shutdown()
    bench.cache = bench.folder / "elsewhere"
    _, err = bench.run("toolchain", "import", str(archive), "--offline")
    assert "2 parts" in err, err
    bench.run("toolchain", "install", "workers-types", "workerd-types", "--offline")
    bench.run("toolchain", "list", "--verify")


def test_an_altered_export_is_refused(bench):
    bench.install()
    exported = bench.folder / "parts.tar.zst"
    bench.run("toolchain", "export", str(exported), "workers-types")
    file = bench.part / "index.d.ts"
    file.write_bytes(file.read_bytes().replace(b"declare", b"Declare", 1))
    archive = bench.folder / "altered.tar"  # an import may be any tar
    with tarfile.open(archive, "w") as tar:
        for path in sorted(bench.part.glob("**/*.ts")):
            tar.add(path, f"{TYPES_FOLDER}/{path.relative_to(bench.part)}")
    bench.cache = bench.folder / "elsewhere"
    _, err = bench.run("toolchain", "import", str(archive), exit_code=1)
    assert "are not the pinned ones" in err, err
    assert not bench.part.exists() and not bench.half_written()
    cut = bench.folder / "cut.tar.zst"
    cut.write_bytes(exported.read_bytes()[:5000])
    _, err = bench.run("toolchain", "import", str(cut), exit_code=1)
    assert "is damaged" in err, err
    assert not bench.part.exists() and not bench.half_written()


def test_a_full_disk_is_told_and_survived(bench):
    for limit in (100_000, 500_000):  # while it downloads, while it unpacks
        _, err = bench.install(limit_bytes=limit, exit_code=1)
        assert "File too large" in err, err
        assert not bench.part.exists() and not bench.half_written()
    bench.install()


def test_the_registry_is_the_users(bench):
    """A scoped registry with a token in the project's .npmrc, and archives at an address of its own."""
    description = {"dist": {"tarball": bench.url("elsewhere.tgz")}}
    name = bench.served / "@cloudflare%2fworkers-types" / "5.20261117.1"
    name.parent.mkdir(parents=True)
    name.write_text(json.dumps(description))
    (bench.served / "elsewhere.tgz").write_bytes((bench.served / TYPES).read_bytes())
    (bench.served / TYPES).unlink()
    host = f"127.0.0.1:{bench.server.port}"
    (bench.project / ".npmrc").write_text(
        f"@cloudflare:registry=http://{host}/\n//{host}/:_authToken=${{SECRET_TOKEN}}\n")
    _, err = bench.run("-v", "toolchain", "install", "workers-types", faults=None, SECRET_TOKEN="hush")
    assert "hush" not in err, err
    assert all(request["headers"]["Authorization"] == "Bearer hush" for request in bench.requests())
    assert bench.requests()[-1]["path"] == "/elsewhere.tgz"


def test_uv_comes_from_the_python_index(bench):
    """From the index of this machine's own settings."""
    done = subprocess.run(
        [str(bench.program), "toolchain", "install", "uv"], cwd=bench.project, capture_output=True, text=True,
        env=dict(os.environ, PYW_CACHE_DIR=str(bench.cache)), timeout=300)
    assert done.returncode == 0, done.stderr
    out, _ = bench.run("toolchain", "path", "uv")
    version = subprocess.run([out.strip(), "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("uv 0.13.8"), version


def test_an_index_without_the_wheel_is_told(bench):
    page = bench.served / "simple" / "uv" / ""
    page.mkdir(parents=True)
    _, err = bench.install("uv", exit_code=1, UV_DEFAULT_INDEX=bench.url("simple"))
    assert "answered with status 404" in err and "UV_DEFAULT_INDEX" in err, err


def test_prune(bench):
    bench.install()
    old = bench.cache / "parts" / "workers-types-0.1-any"
    old.mkdir()
    (old / "file").write_text("x" * 1000)
    (bench.cache / "downloads" / "half.archive").write_text("x")
    out, _ = bench.run("toolchain", "prune", "--json")
    assert json.loads(out)["size"] == 1001, out
    assert not old.exists() and bench.part.is_dir()
    _, err = bench.run("toolchain", "prune")
    assert "nothing to remove" in err, err


def test_nothing_to_do_touches_nothing(bench):
    bench.install()
    owner = bench.cache / "toolchain.lock.owner"
    owner.unlink()
    bench.run("toolchain", "install", "workers-types", "--offline")
    assert not owner.exists()  # not even the lock was taken


def test_doctor(bench):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (bench.project / "wrangler.toml").write_text(
            f'name = "x"\nmain = "src/entry.py"\ncompatibility_date = "2026-10-01"\n'
            f'compatibility_flags = ["python_workers"]\nnonsense = 1\n[dev]\nport = {port}\n')
        (bench.project / "src").mkdir()
        (bench.project / "src" / "entry.py").write_text("")
        out, _ = bench.run("doctor", "--json", "--offline")
    report = json.loads(out)
    findings = {}
    for row in report["findings"]:
        findings.setdefault(row["check"], []).append(row)
    assert report["healthy"] is True
    assert findings["workerd"][0]["status"] == "warning"
    assert f"127.0.0.1:{port} is taken by " in findings["port"][0]["message"], findings["port"]
    assert f"(pid {os.getpid()})" in findings["port"][0]["message"]
    assert any("nonsense" in row["message"] for row in findings["project"]), findings["project"]
    assert findings["network"][0]["message"] == "not looked at: `--offline`"
    (bench.project / "wrangler.toml").write_text("name = \n")
    out, _ = bench.run("doctor", "--offline", exit_code=1)
    assert "problem  project" in out and "wrangler.toml:1:" in out, out


def test_doctor_asks_the_registries(bench):
    index = bench.url("simple")
    (bench.served / "simple" / "uv").mkdir(parents=True)
    out, _ = bench.run("doctor", "--json", faults="", UV_DEFAULT_INDEX=index, exit_code=1)
    findings = {row["check"]: row for row in json.loads(out)["findings"]}
    assert findings["npm registry"]["status"] == "ok", findings["npm registry"]
    assert findings["Python index"]["status"] == "problem", findings["Python index"]
    assert "answered with status 404" in findings["Python index"]["message"]


def fetch_archives(registry):
    for name in (TYPES, WORKERD_TYPES):
        with urllib.request.urlopen(registry.rstrip("/") + "/" + name, timeout=60) as answer:
            Bench.archives[name] = answer.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--registry", required=True)
    parser.add_argument("names", nargs="*", help="only these tests")
    options = parser.parse_args()
    Bench.program = options.pyw.resolve()
    fetch_archives(options.registry)
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (options.names and name not in options.names):
            continue
        with tempfile.TemporaryDirectory(prefix="pyw-toolchain-") as folder:
            try:
                test(Bench(folder))
                passed += 1
            except Exception:
                failed += 1
                print(f"FAILED {name}", flush=True)
                traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
