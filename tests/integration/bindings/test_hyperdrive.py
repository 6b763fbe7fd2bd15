#!/usr/bin/env python3
"""Hyperdrive: a Worker under `pyw dev` and real databases of this machine, through Python's own sockets, by drivers in Python."""
import json
import pathlib
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from databases import DATABASE, PASSWORD, USER, mariadb, postgresql  # noqa: E402
from dev_session import DevSession  # noqa: E402

WRANGLER = {
    "name": "under-test",
    "main": "src/entry.py",
    "compatibility_date": "2026-10-01",
    "compatibility_flags": ["python_workers"],
    "hyperdrive": [{"binding": "POSTGRES", "id": "one"}, {"binding": "MARIADB", "id": "two"}],
}
PYPROJECT = """[project]
name = "under-test"
version = "0.1.0"
requires-python = ">=3.14"
dependencies = ["pg8000==1.31.6", "pymysql==1.2.0"]
"""
ENTRY = '''from urllib.parse import urlparse

import pg8000.dbapi
import pymysql
from js import Uint8Array
from workers import Response, WorkerEntrypoint

def open_postgres(binding):
    return pg8000.dbapi.connect(host=binding.host, port=int(binding.port), user=binding.user, password=binding.password,
                                database=binding.database, ssl_context=False)

def open_mariadb(binding):
    return pymysql.connect(host=binding.host, port=int(binding.port), user=binding.user, password=binding.password,
                           database=binding.database, unix_socket=False, ssl_disabled=True)

def exchange(connection):
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE IF NOT EXISTS teas (name VARCHAR(40) PRIMARY KEY, cents INT)")
    cursor.execute("DELETE FROM teas")
    for row in [("sencha", 350), ("gyokuro \\u7389\\u9732", 900)]:
        cursor.execute("INSERT INTO teas VALUES (%s, %s)", row)
    connection.commit()
    cursor.execute("SELECT name, cents FROM teas WHERE cents > %s ORDER BY cents", (100,))
    rows = [list(row) for row in cursor.fetchall()]
    try:
        cursor.execute("SELECT * FROM no_such_table")
        rows.append("no error")
    except Exception as error:
        rows.append(type(error).__name__)
    connection.rollback()
    cursor.execute("SELECT repeat('x', 2000000)")
    rows.append(len(cursor.fetchone()[0]))
    connection.close()
    return rows

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        what = urlparse(request.url).path[1:]
        if what == "facts":
            names = ("connectionString", "host", "port", "user", "password", "database")
            return Response.json({key: {name: getattr(binding, name) for name in names}
                                  for key, binding in (("p", self.env.POSTGRES), ("m", self.env.MARIADB))})
        if what == "socket":  # of cloudflare:sockets; PostgreSQL answers the question for TLS with one letter
            socket = self.env.POSTGRES.connect()
            writer = socket.writable.getWriter()
            await writer.write(Uint8Array.new([0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]))
            answer = await socket.readable.getReader().read()
            await socket.close()
            return Response(bytes(answer.value).decode())
        if what == "postgres":
            return Response.json(exchange(open_postgres(self.env.POSTGRES)))
        return Response.json(exchange(open_mariadb(self.env.MARIADB)))
'''
ROWS = [["sencha", 350], ["gyokuro \u7389\u9732", 900]]


def connection_string(scheme, port):
    return f"{scheme}://{USER}:{urllib.parse.quote(PASSWORD)}@127.0.0.1:{port}/{DATABASE}"


def make_project(folder):
    root = pathlib.Path(folder)
    (root / "src").mkdir()
    (root / "wrangler.jsonc").write_text(json.dumps(WRANGLER))
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "src/entry.py").write_text(ENTRY)
    return root


def test_postgresql_and_mariadb(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-hyperdrive-") as folder, postgresql() as postgres, mariadb() as maria:
        strings = {"CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_POSTGRES": connection_string("postgresql", postgres),
                   "CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_MARIADB": connection_string("mysql", maria)}
        with DevSession(pyw, make_project(folder), environment=strings) as session:
            session.ready()
            check_facts(json.loads(session.get("/facts")[1]))
            assert session.get("/socket") == (200, "N"), session.get("/socket")
            for what, missing in (("postgres", "DatabaseError"), ("mariadb", "ProgrammingError")):
                status, text = session.get(f"/{what}")
                assert status == 200 and json.loads(text) == [*ROWS, missing, 2000000], (what, status, text)


def check_facts(facts):
    for key, scheme in (("p", "postgres"), ("m", "mysql")):
        found = facts[key]
        assert (found["user"], found["password"], found["database"]) == (USER, PASSWORD, DATABASE), found
        # The host is one that only this Worker's sockets know.
        parts = urllib.parse.urlsplit(found["connectionString"])
        assert parts.scheme.startswith(scheme) and parts.hostname == found["host"].lower(), found
        assert parts.port == int(found["port"]) and parts.path == f"/{DATABASE}", found


if __name__ == "__main__":
    main(globals())
