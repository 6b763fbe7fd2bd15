"""What stays on this machine: a full disk under --outdir leaves no half files, -v shows no secret, --outfile is the upload's body,
--diff reads and changes nothing, --target is another API.

usage: local_test.py PYW CASES_FOLDER
"""
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent / "compat")]
from answers import answers
from api_server import Server, client_environment, parts_of

TOKEN = "test-token-0123456789"
failures = []


def check(name, condition, detail=""):
    if not condition:
        failures.append(name)
        print(f"{name}: {detail}")


def run(pyw, project, arguments, server, environment=None, file_limit=None, stdin=""):
    with tempfile.TemporaryDirectory() as home:
        settings = {**client_environment(server, Path(home), os.environ), **(environment or {})}
        settings = {k: v for k, v in settings.items() if v is not None}

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
        return subprocess.run([pyw, *arguments], cwd=project, env=settings, capture_output=True, text=True, timeout=120, input=stdin,
                              preexec_fn=limit if file_limit else None, restore_signals=False)


def full_disk(pyw, project, server):
    """RLIMIT_FSIZE makes write(2) fail, as a full disk does, where SIGXFSZ is ignored: Python ignores it, and so does its child then."""
    big = project / "src" / "big.txt"
    big.write_text("x" * 200_000)
    done = run(pyw, project, ["deploy", "--dry-run", "--outdir", "out"], server, file_limit=50_000)
    big.unlink()
    check("full disk: exit", done.returncode in (1, 2), f"{done.returncode} {done.stderr}")
    check("full disk: says which file", "big.txt" in done.stderr, done.stderr)
    left = [p for p in (project / "out").rglob("*") if p.is_file() and p.name.startswith("big.txt")]
    check("full disk: nothing half-written", not left, left)
    shutil.rmtree(project / "out", ignore_errors=True)


def no_secret_shown(pyw, project, server):
    for environment in ({}, {"CLOUDFLARE_API_TOKEN": None, "CLOUDFLARE_API_KEY": "global-key-0123456789", "CLOUDFLARE_EMAIL": "a@b.c"}):
        done = run(pyw, project, ["-v", "deploy"], server, environment)
        secret = "global-key-0123456789" if environment else TOKEN
        check("-v: deploys", done.returncode == 0, done.stderr)
        check("-v: curl lines", "curl -X POST" in done.stderr and "***" in done.stderr, done.stderr[-500:])
        check("-v: no credentials", secret not in done.stdout + done.stderr)
    done = run(pyw, project, ["-v", "secret", "put", "KEY"], server, stdin="hush-hush-value")
    check("-v: no secret's value", done.returncode == 0 and "hush-hush-value" not in done.stdout + done.stderr, done.stderr)
    done = run(pyw, project, ["-v", "deploy"], server, {"CLOUDFLARE_API_HEADERS": '{"CF-Access-Client-Secret": "extra-secret-value"}'})
    check("-v: no extra header's value", done.returncode == 0 and "extra-secret-value" not in done.stderr, done.stderr[-800:])


def body_in_a_file(pyw, project, server):
    server.seen.clear()
    done = run(pyw, project, ["deploy", "--outfile", "body.bin"], server)
    check("--outfile: deploys", done.returncode == 0, done.stderr)
    body = (project / "body.bin").read_bytes()
    (project / "body.bin").unlink()
    boundary = re.match(rb"--([^\r]+)\r\n", body).group(1).decode()
    sent = next(s for s in server.seen if s.method == "POST" and s.path.endswith("/versions"))
    check("--outfile: the same parts", parts_of(f"x; boundary={boundary}", body) == parts_of(sent.headers["Content-Type"], sent.body))


def difference(pyw, project, server):
    server.seen.clear()
    done = run(pyw, project, ["deploy", "--dry-run", "--diff"], server)
    check("--diff: exit", done.returncode == 0, done.stderr)
    check("--diff: only reads", server.seen and all(s.method == "GET" for s in server.seen), [(s.method, s.path) for s in server.seen])
    check("--diff: what goes", '- env.OLD  plain_text "x"' in done.stdout, done.stdout)
    check("--diff: what comes", "+ cron 0 3 * * *" in done.stdout, done.stdout)
    done = run(pyw, project, ["deploy", "--dry-run", "--diff", "--json"], server)
    changes = json.loads(done.stdout)["changes"]
    check("--diff: as JSON", {"kind": "removed", "what": "env.OLD", "before": 'plain_text "x"', "after": ""} in changes, changes)


def another_api(pyw, project, server):
    done = run(pyw, project, ["deploy", "--target", server.url + "/"], server, {"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9"})
    check("--target: deploys there", done.returncode == 0, done.stderr)
    done = run(pyw, project, ["deploy", "--target", "http://127.0.0.1@example.com/v4"], server)
    check("--target: no credentials in the open", done.returncode == 2 and "credentials are not sent" in done.stderr, done.stderr)


def main():
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(cases / "hello" / "project", project)
        with (project / "wrangler.toml").open("a") as config:
            config.write('\n[triggers]\ncrons = ["0 3 * * *"]\n')
        server = Server(answers(True))
        for part in (full_disk, no_secret_shown, body_in_a_file, difference, another_api):
            part(pyw, project, server)
        server.close()
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
