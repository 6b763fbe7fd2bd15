"""`pyw build`: the image read by skopeo and umoci, run in a chroot and by runc, pushed to Debian's docker-registry.

usage: test_image.py --pyw PROGRAM
"""
import contextlib
import http.client
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from databases import PATIENCE_S, free_port
from debian import program
from edge_server import make_project, say
from registry import PASSWORD, USER, registry

VARIABLES = '\n[vars]\nGREETING = "hello"\n'


def run(*argv, code=0, **options):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == code, (argv, done.returncode, done.stdout[-2000:], done.stderr[-3000:])
    return done


def build(pyw, project, *arguments, code=0, environment=None):
    kept = {**os.environ, "NO_COLOR": "1", **(environment or {})}
    return run(pyw, "build", "--json", *arguments, code=code, cwd=project, env=kept)


def answer(port, path="/", patience_s=PATIENCE_S):
    """-> (status, text), once somebody listens"""
    deadline = time.monotonic() + patience_s
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": "shop.example"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (ConnectionError, http.client.RemoteDisconnected):
            assert time.monotonic() < deadline, "the image does not listen"
            time.sleep(0.05)
        finally:
            connection.close()


@contextlib.contextmanager
def running(argv, **options):
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def unpack(layout, bundle):
    run(program("umoci", ["umoci"]), "unpack", "--image", f"{layout}:latest", bundle)
    return bundle


def secret_project(pyw, root):
    project = make_project(pyw, root / "shop")
    with open(project / "wrangler.toml", "a") as out:
        out.write(VARIABLES + '\n[secrets]\nrequired = ["KEY"]\n')
    (project / ".dev.vars").write_text("KEY=not-in-the-image\n")
    return project


def test_the_image_runs_and_holds_no_secret(pyw):
    if os.geteuid() != 0:
        print("not root: nothing can be unpacked as it is")
        return
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, port = secret_project(pyw, root), free_port()
        told = json.loads(build(pyw, project, "--oci", root / "image", "--port", port).stdout)
        skopeo = program("skopeo", ["skopeo"])
        seen = json.loads(run(skopeo, "inspect", f"oci:{root / 'image'}:latest").stdout)
        assert seen["Digest"] == told["digest"] and len(seen["Layers"]) == 3, seen
        bundle = unpack(root / "image", root / "bundle")
        rootfs, config = bundle / "rootfs", json.loads((bundle / "config.json").read_text())
        assert (rootfs / "worker/snapshot").exists(), "no memory snapshot went along"
        for path in rootfs.rglob("*"):
            if path.is_file():
                assert b"not-in-the-image" not in path.read_bytes(), path
        assert config["process"]["user"]["uid"] == 65532 and config["process"]["args"][0] == "/pyw/bin/workerd"
        # Nothing of this machine but what the image brings, and a source of randomness, which every container gets.
        (rootfs / "dev").mkdir(exist_ok=True)
        os.mknod(rootfs / "dev/urandom", 0o666 | stat.S_IFCHR, os.makedev(1, 9))
        (rootfs / "dev/urandom").chmod(0o666)
        environment = {"KEY": "from outside"}
        chroot = ["chroot", "--userspec=65532:65532", str(rootfs), *config["process"]["args"]]
        with running(chroot, env={**environment, "PATH": os.environ["PATH"]}):
            assert answer(port) == (200, "one")
            assert answer(port, "/secret") == (200, "from outside")
            assert answer(port, "/boom") == (500, "error code: 1101\n")
            for path in ("/cdn-cgi/pyw/alive", "/cdn-cgi/pyw/alive?control=", "/cdn-cgi/pyw/alive?control=null"):
                assert answer(port, path)[1] == "one", path  # as any other path: it is the Worker's
        with running(chroot, env={"PYW_CONTROL": "word", "PATH": os.environ["PATH"]}):
            assert answer(port, "/cdn-cgi/pyw/start?control=word") == (204, "")
            assert answer(port, "/secret") == (200, "jsnull")


def test_a_container_runtime_runs_it(pyw):
    if os.geteuid() != 0:
        print("not root: runc is not tried")
        return
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, port = make_project(pyw, root / "shop"), free_port()
        build(pyw, project, "--oci", root / "image", "--port", port)
        bundle = unpack(root / "image", root / "bundle")
        config = json.loads((bundle / "config.json").read_text())
        config["process"]["terminal"] = False
        config["root"]["readonly"] = True  # but for the volume that the image names
        # The host's network, to be reached without a bridge; all other namespaces are the container's own.
        config["linux"]["namespaces"] = [entry for entry in config["linux"]["namespaces"] if entry["type"] != "network"]
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] not in ("/etc/resolv.conf", "/sys")]
        (bundle / "config.json").write_text(json.dumps(config))
        name = f"pyw-test-{os.getpid()}"
        runc = program("runc", ["runc"])
        with open(root / "log", "wb") as log, running([runc, "run", "--bundle", str(bundle), name], stdout=log, stderr=log) as process:
            try:
                deadline = time.monotonic() + PATIENCE_S
                while process.poll() is None and time.monotonic() < deadline:
                    with contextlib.suppress(OSError, AssertionError):
                        assert answer(port, patience_s=0) == (200, "one")
                        return
                raise AssertionError((root / "log").read_text()[-2000:])
            finally:
                subprocess.run([runc, "delete", "--force", name], capture_output=True, timeout=60)


def test_the_same_inputs_give_the_same_digests(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project = make_project(pyw, root / "shop")
        one = json.loads(build(pyw, project, "--oci", root / "one").stdout)
        again = json.loads(build(pyw, project, "--oci", root / "again").stdout)
        assert one == again
        first = {path.relative_to(root / "one"): path.read_bytes() for path in (root / "one").rglob("*") if path.is_file()}
        second = {path.relative_to(root / "again"): path.read_bytes() for path in (root / "again").rglob("*") if path.is_file()}
        assert first == second
        say(project, "two")
        other = json.loads(build(pyw, project, "--oci", root / "one").stdout)  # in the place of the one before
        assert other["digest"] != one["digest"]
        assert other["layers"][:2] == one["layers"][:2] and other["layers"][2] != one["layers"][2]


def test_a_registry_gets_what_it_lacks(pyw):
    with tempfile.TemporaryDirectory() as folder, registry() as address:
        root = pathlib.Path(folder)
        project = make_project(pyw, root / "shop")
        first = json.loads(build(pyw, project, "--push", f"{address}/team/shop:1").stdout)
        assert first["pushed"]["sent"] == 4 and first["pushed"]["known"] == 0, first
        again = json.loads(build(pyw, project, "--push", f"{address}/team/shop:2").stdout)
        assert again["pushed"]["sent"] == 0 and again["pushed"]["known"] == 4, again
        say(project, "two")
        other = json.loads(build(pyw, project, "--push", f"{address}/team/shop:2", "--oci", root / "image").stdout)
        assert other["pushed"]["sent"] == 2, other  # the Worker's own layer, and the configuration
        skopeo = program("skopeo", ["skopeo"])
        for tag, digest in (("1", first["digest"]), ("2", other["digest"])):
            seen = json.loads(run(skopeo, "inspect", "--tls-verify=false", f"docker://{address}/team/shop:{tag}").stdout)
            assert seen["Digest"] == digest
        run(skopeo, "copy", "--src-tls-verify=false", f"docker://{address}/team/shop:2", f"oci:{root / 'copied'}:latest")
        blobs = sorted(path.name for path in (root / "copied/blobs/sha256").iterdir())
        assert blobs == sorted(path.name for path in (root / "image/blobs/sha256").iterdir())


def test_a_registry_with_a_password(pyw):
    with tempfile.TemporaryDirectory() as folder, registry(with_password=True) as address:
        root = pathlib.Path(folder)
        project, target = make_project(pyw, root / "shop"), f"{address}/shop:1"
        alone = {"HOME": os.environ.get("HOME", "/"), "DOCKER_CONFIG": str(root / "docker")}
        refused = build(pyw, project, "--push", target, code=1, environment=alone)
        assert "401" in refused.stderr and "PYW_REGISTRY_USER" in refused.stderr, refused.stderr
        told = build(pyw, project, "--push", target, environment={**alone, "PYW_REGISTRY_USER": USER, "PYW_REGISTRY_PASSWORD": PASSWORD})
        assert json.loads(told.stdout)["pushed"]["sent"] == 4
        run(program("skopeo", ["skopeo"]), "login", "--tls-verify=false", "--authfile", root / "docker-config", "-u", USER, "-p", PASSWORD, address)
        (root / "docker").mkdir()
        (root / "docker-config").rename(root / "docker/config.json")
        again = build(pyw, project, "--push", target, environment=alone)
        assert json.loads(again.stdout)["pushed"]["known"] == 4
        assert PASSWORD not in told.stderr + again.stderr + refused.stderr


def test_what_an_image_cannot_hold_is_refused(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project = make_project(pyw, root / "shop")
        with open(project / "wrangler.toml", "a") as out:
            out.write('\n[[kv_namespaces]]\nbinding = "KV"\nid = "x"\n')
        refused = build(pyw, project, "--oci", root / "image", code=1)
        assert "`KV`" in refused.stderr and "wrangler.toml:" in refused.stderr, refused.stderr
        assert not (root / "image").exists()
        assert "REGISTRY/NAME:TAG" in build(pyw, project, "--push", "shop", code=2).stderr


checks.main(globals())
