"""Looking after `pyw edge serve`: backup and restore while it serves, garbage, a full disk, a damaged disk, its log.

usage: test_operations.py --pyw PROGRAM
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from debian import program
from dev_session import wait_until
from edge_server import EdgeServer, make_project, say

TOKEN = "t" * 40
HOURS = 3600


def edge(pyw, *arguments, code=0):
    done = subprocess.run([str(pyw), "edge", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def deployed(server, project, token, word):
    say(project, word)
    done = server.deploy(project, token)
    assert done.returncode == 0, done.stderr
    assert server.get() == (200, word)


def blobs_of(data):
    return [path for path in (data / "blobs").rglob("*") if path.is_file()]


def age(data, seconds=3 * HOURS):
    """Everything was last used that long ago."""
    then = time.time() - seconds
    for path in [data / "blobs", data / "work", *(data / "blobs").rglob("*"), *(data / "work").rglob("*")]:
        with contextlib.suppress(FileNotFoundError):
            os.utime(path, (then, then), follow_symlinks=False)


def test_a_backup_is_whole_while_deployments_go_on(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project = make_project(pyw, root / "shop", "word 0")
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            deployed(server, project, token, "word 0")
            bulk = root / "bulk.json"
            bulk.write_text('{"KEY": "a secret"}')
            assert server.run(project, token, "secret", "bulk", str(bulk)).returncode == 0
            failures, stop, last = [], threading.Event(), [0]

            def keep_deploying():
                while not stop.is_set():
                    say(project, f"word {last[0] + 1}")
                    done = server.deploy(project, token, "--no-check")
                    if done.returncode != 0:
                        failures.append(done.stderr)
                        return
                    last[0] += 1

            thread = threading.Thread(target=keep_deploying)
            thread.start()
            made = []
            for number, name in enumerate(["one", "two.tar.zst", "three"]):
                before = last[0]
                wait_until(lambda: last[0] > before or failures, "no deployment goes through")
                acknowledged = last[0]
                told = json.loads(edge(pyw, "backup", root / name, "--data", root / "data", "--with-key", "--json").stdout)
                assert told["damaged"] == [] and told["versions"] >= acknowledged, told
                made.append((name, acknowledged))
            stop.set()
            thread.join()
            assert not failures, failures
            assert "there already" in edge(pyw, "backup", root / "one", "--data", root / "data", code=1).stderr
            assert "end it first" in edge(pyw, "restore", root / "one", "--data", root / "data", code=1).stderr
        for name, acknowledged in made:
            edge(pyw, "restore", root / name, "--data", root / "again", "--replace")
            with EdgeServer(pyw, root / "again") as server:
                status, text = server.get()
                assert status == 200 and int(text.removeprefix("word ")) >= acknowledged, (name, text, acknowledged)
                assert server.get("/secret") == (200, "a secret")
                assert server.call("GET", f"/accounts/{token['account_id']}/workers/scripts", token)[0] == 200
        assert "has data already" in edge(pyw, "restore", root / "one", "--data", root / "again", code=1).stderr
        edge(pyw, "backup", root / "without", "--data", root / "again")
        assert "without the key" in edge(pyw, "restore", root / "without", "--data", root / "new").stderr
        assert not [path.name for path in root.iterdir() if path.name.startswith(".")]


def test_a_backup_holds_the_data_of_workers(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        data = root / "data"
        with EdgeServer(pyw, data) as server:
            token = server.token()
            store = f"/accounts/{token['account_id']}/storage/kv/namespaces"
            status, text = server.call("POST", store, token, json.dumps({"title": "kept"}))
            assert status == 200, text
            values = f"{store}/{json.loads(text)['result']['id']}/values"
            written, stop, problems = [0], threading.Event(), []

            def keep_writing():
                while not stop.is_set():
                    number = written[0] + 1
                    status, text = server.call("PUT", f"{values}/key-{number}", token, f"value {number} " + "x" * (number % 3 * 5000))
                    if status != 200:
                        problems.append(text)
                        return
                    written[0] = number

            thread = threading.Thread(target=keep_writing)
            thread.start()
            acknowledged = []
            for number in range(3):
                before = written[0]
                wait_until(lambda: written[0] > before + 5 or problems, "nothing is written")
                acknowledged.append(written[0])
                told = json.loads(edge(pyw, "backup", root / str(number), "--data", data, "--with-key", "--json").stdout)
                assert told["damaged"] == [] and told["databases"] > 0, told
            stop.set()
            thread.join()
            assert not problems, problems
        for number, least in enumerate(acknowledged):
            edge(pyw, "restore", root / str(number), "--data", root / "again", "--replace")
            with EdgeServer(pyw, root / "again") as server:
                for key in {1, least // 2, least} - {0}:
                    status, text = server.call("GET", f"{values}/key-{key}", token)
                    assert status == 200 and text.startswith(f"value {key} ") and len(text.split(" ")[2]) == key % 3 * 5000, (key, least, status)


def test_garbage_goes_and_nothing_that_is_needed(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, data = make_project(pyw, root / "shop"), root / "data"
        with EdgeServer(pyw, data) as server:
            token = server.token()
            for word in ("one", "two", "three"):
                deployed(server, project, token, word)
            stray = data / "blobs" / "ab" / ("ab" + "0" * 62)
            stray.parent.mkdir(exist_ok=True)
            stray.write_text("of a version that never came to be")
            assert json.loads(edge(pyw, "gc", "--data", data, "--json").stdout)["removed"] == []  # all is fresh
            age(data)
            planned = json.loads(edge(pyw, "gc", "--data", data, "--json", "--dry-run").stdout)
            assert stray.exists() and planned["dry_run"] and planned["removed"]
            told = json.loads(edge(pyw, "gc", "--data", data, "--json").stdout)
            assert told["removed"] == planned["removed"], (told, planned)
            kinds = sorted(item["kind"] for item in told["removed"])
            assert kinds == ["blob", "work"], told  # the stray blob, and the files of "one": two deployments keep theirs
            assert server.get() == (200, "three")
            versions = json.loads(server.run(project, token, "versions", "list", "--json").stdout)
            first = versions[-1]["id"] if versions[0]["number"] > versions[-1]["number"] else versions[0]["id"]
            assert server.run(project, token, "rollback", first, "--yes").returncode == 0
            assert server.get() == (200, "one")


def test_an_upload_may_name_what_garbage_collection_is_about_to_remove(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, data = make_project(pyw, root / "shop"), root / "data"
        with EdgeServer(pyw, data) as server:
            token = server.token()
            stop = threading.Event()

            def keep_collecting():
                while not stop.is_set():
                    edge(pyw, "gc", "--data", data)

            thread = threading.Thread(target=keep_collecting)
            for round_ in range(4):
                deployed(server, project, token, "one")
                assert server.run(project, token, "delete", "--force").returncode == 0
                age(data)  # now no record names any of it, and it is old enough to go
                if round_ == 0:
                    thread.start()
            deployed(server, project, token, "one")
            stop.set()
            thread.join()
        shutil.rmtree(data / "work")
        with EdgeServer(pyw, data) as server:
            assert server.get() == (200, "one")


def test_a_full_disk_is_told_and_nothing_is_half_written(pyw):
    # Not as a plain user, nor where "/" is no mount point of its own (chroot).
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, timeout=60).returncode != 0:
        print("a small disk cannot be mounted here")
        return
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, disk = make_project(pyw, root / "shop"), root / "disk"
        disk.mkdir()
        (root / "tokens").write_text(f"one {TOKEN}\n")
        mounted = 'mount -t tmpfs -o size=96m tmpfs "$1" && shift && exec "$@"'
        prefix = ["unshare", "-m", "sh", "-c", mounted, "sh", str(disk)]
        with EdgeServer(pyw, disk / "data", "--tokens", str(root / "tokens"), prefix=prefix) as server:
            inside = pathlib.Path(f"/proc/{server.process.pid}/root{disk}")
            token = {"token": TOKEN}
            token["account_id"] = json.loads(server.call("GET", "/accounts", token)[1])["result"][0]["id"]
            deployed(server, project, token, "one")
            filler = inside / "filler"
            with open(filler, "wb", buffering=0) as out, contextlib.suppress(OSError):
                while out.write(b"x" * 65536) == 65536:
                    pass
            assert os.statvfs(inside).f_bavail == 0
            (project / "src/large.py").write_text(f'TEXT = """{os.urandom(400_000).hex()}"""\n')
            say(project, "two")
            done = server.deploy(project, token, "--no-check")
            assert done.returncode != 0 and "No space left on device" in done.stderr or "is full" in done.stderr, done.stderr
            assert server.get() == (200, "one")  # what runs goes on
            assert server.call("GET", "/readyz")[0] == 200
            assert not [path for path in (inside / "data/blobs").rglob("*.tmp")]
            filler.unlink()
            done = server.deploy(project, token, "--no-check")
            assert done.returncode == 0, done.stderr
            assert server.get() == (200, "two")


def test_a_damaged_module_is_named_and_never_served(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, data = make_project(pyw, root / "shop"), root / "data"
        with EdgeServer(pyw, data) as server:
            token = server.token()
            deployed(server, project, token, "one")
        entry = next(path for path in blobs_of(data) if b'WORD = "one"' in path.read_bytes())
        good, then = entry.read_bytes(), entry.stat()
        entry.write_bytes(good.replace(b'WORD = "one"', b'WORD = "bad"'))
        os.utime(entry, ns=(then.st_atime_ns, then.st_mtime_ns))  # as a failing disk does it
        with EdgeServer(pyw, data) as server:
            status, text = server.get()
            assert status == 503 and "bad" not in text, (status, text)
            told = server.wait_for("worker_failed")
            assert "src/entry.py" in told["why"] or "entry.py" in told["why"], told
            assert entry.name[:12] in told["why"] and told["level"] == "error" and told["time"].endswith("Z"), told
            failed = edge(pyw, "backup", root / "kept", "--data", data, code=1)
            assert "entry.py" in failed.stderr and "damaged" in failed.stderr, failed.stderr
            deployed(server, project, token, "one")  # what is sent anew replaces it
        assert entry.read_bytes() == good


def test_the_unit_of_systemd_is_one(pyw):
    tool = program("systemd-analyze", ["systemd"])
    unit = pathlib.Path(__file__).resolve().parents[3] / "packaging/pyw-edge.service"
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / unit.name
        copy.write_text(unit.read_text().replace("/usr/bin/pyw", str(pyw)))  # `verify` looks for the program
        done = subprocess.run([tool, "verify", str(copy)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and unit.name not in done.stderr, done.stderr
        copy.write_text(copy.read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
        done = subprocess.run([tool, "verify", str(copy)], capture_output=True, text=True, timeout=60)
        assert "ProtectSystm" in done.stderr, done.stderr  # it would say so


checks.main(globals())
