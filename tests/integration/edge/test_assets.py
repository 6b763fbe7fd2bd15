"""Static assets by `pyw deploy` to `pyw edge serve`, with real workerd.

usage: test_assets.py --pyw PROGRAM [NAME …]
"""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer, make_project

RULES = """
[assets]
directory = "./public"
binding = "ASSETS"
html_handling = "auto-trailing-slash"
not_found_handling = "404-page"
run_worker_first = ["/api/*"]
"""
ENTRY = """from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/api/asset"):
            return await self.env.ASSETS.fetch("http://assets/style.css")
        return Response("the Worker")
"""


def add_assets(project, color):
    (project / "wrangler.toml").write_text((project / "wrangler.toml").read_text().split("\n[assets]")[0] + RULES)
    (project / "src/entry.py").write_text(ENTRY)
    public = project / "public"
    (public / "docs/späß dir").mkdir(parents=True, exist_ok=True)
    (public / "index.html").write_text(f"<p>{color}</p>")
    (public / "docs/page.html").write_text("<p>page</p>")
    (public / "404.html").write_text("<p>nothing here</p>")
    (public / "style.css").write_text(f"p {{ color: {color} }}")
    (public / "docs/späß dir/ü.txt").write_text("named in Unicode")
    (public / "pixel.png").write_bytes(bytes(range(256)) * 40)
    (public / "copy.png").write_bytes(bytes(range(256)) * 40)
    (public / "_headers").write_text("/style.css\n  X-Rule: yes\n")
    (public / "_redirects").write_text("/old /docs/page 301\n")


def deployed(server, project, token):
    done = server.deploy(project, token)
    assert done.returncode == 0, done.stderr
    return done


def visit(server, path, **arguments):
    """-> (status, headers, bytes)"""
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request("GET", path, headers={"Host": "shop.localhost"}, **arguments)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_assets_are_served_by_their_rules_and_belong_to_versions(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        add_assets(project, "red")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, project, token)
            assert server.get("/") == (200, "<p>red</p>")
            assert server.get("/docs/page") == (200, "<p>page</p>")
            assert visit(server, "/docs/page.html")[0] == 307
            assert server.get("/nothing") == (404, "<p>nothing here</p>")
            assert server.get("/_headers")[0] == 404 and server.get("/_redirects")[0] == 404
            status, headers, body = visit(server, "/style.css")
            assert (status, headers["x-rule"] if "x-rule" in headers else headers["X-Rule"]) == (200, "yes"), headers
            assert visit(server, "/old")[0] == 301
            status, headers, body = visit(server, "/pixel.png")
            assert status == 200 and body == bytes(range(256)) * 40 and "image/png" in headers.values(), headers
            assert visit(server, "/copy.png")[2] == body
            assert server.get("/docs/sp%C3%A4%C3%9F%20dir/%C3%BC.txt") == (200, "named in Unicode")
            assert server.get("/api/asset") == (200, "p { color: red }")
            assert server.get("/api/x") == (200, "the Worker")
            first = json.loads(server.run(project, token, "versions", "list", "--json").stdout)[0]["id"]

            add_assets(project, "green")
            told = deployed(server, project, token)
            assert server.get("/") == (200, "<p>green</p>"), told.stderr
            # A secret makes a version of its own, with the same assets.
            secret = server.run(project, token, "secret", "bulk", str(secrets_file(folder)))
            assert secret.returncode == 0, secret.stderr
            assert server.get("/") == (200, "<p>green</p>")
            back = server.run(project, token, "rollback", first, "--yes")
            assert back.returncode == 0, back.stderr
            wait_until(lambda: server.get("/") == (200, "<p>red</p>"), "rolled back")
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            assert server.get("/docs/page") == (200, "<p>page</p>")


def secrets_file(folder):
    file = pathlib.Path(folder) / "secrets.json"
    file.write_text('{"KEY": "value"}')
    return file


def test_a_worker_of_assets_alone(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "site"
        (project / "public").mkdir(parents=True)
        (project / "public/index.html").write_text("<p>a page</p>")
        (project / "wrangler.toml").write_text('name = "shop"\ncompatibility_date = "2026-10-01"\n[assets]\ndirectory = "public"\n')
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            deployed(server, project, server.token())
            assert server.get("/") == (200, "<p>a page</p>")
            assert server.get("/other")[0] == 404


def test_a_session_is_its_own_accounts_and_cannot_be_made_up(pyw):
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            one, two = server.token("--account", "one"), server.token("--account", "two")
            begin = f"/client/v4/accounts/{one['account_id']}/workers/scripts/shop/assets-upload-session"
            offer = json.dumps({"manifest": {"/a.txt": {"hash": "a" * 32, "size": 1}}})
            status, text = server.call("POST", begin, one, offer)
            assert status == 200, text
            session = json.loads(text)["result"]
            assert session["buckets"] == [["a" * 32]]
            form = '--B\r\nContent-Disposition: form-data; name="{}"; filename="x"\r\n\r\n{}\r\n--B--'

            def send(account, bearer, name="a" * 32, content="YQ=="):
                return server.call("POST", f"/client/v4/accounts/{account['account_id']}/workers/assets/upload?base64=true",
                                   {"token": bearer}, form.format(name, content), headers={"Content-Type": "multipart/form-data; boundary=B"})

            assert send(two, session["jwt"])[0] == 401
            assert send(one, one["token"])[0] == 401
            assert send(one, "a.b.c")[0] == 401 and send(one, session["jwt"][:-8] + "AAAAAAA=")[0] == 401
            assert send(one, session["jwt"], content="YWE=")[0] == 400, "another size than offered"
            assert send(one, session["jwt"], name="b" * 32)[0] == 400, "not offered"
            status, text = send(one, session["jwt"])
            assert status == 200 and json.loads(text)["result"]["jwt"], text
            # The other account has not sent it, and its session does not have it.
            other = begin.replace(one["account_id"], two["account_id"])
            assert json.loads(server.call("POST", other, two, offer)[1])["result"]["buckets"] == [["a" * 32]]
            assert json.loads(server.call("POST", begin, one, offer)[1])["result"]["buckets"] == []
            for path in ("/../x", "/a//b", "/x/../../y", "a.txt", "/_headers"):
                bad = json.dumps({"manifest": {path: {"hash": "a" * 32, "size": 1}}})
                assert server.call("POST", begin, one, bad)[0] == 400, path


checks.main(globals())
