"""PostgreSQL and MariaDB of this machine for a test: each in a temporary folder, on 127.0.0.1, on a free port, as a
user without rights, always ended."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from debian import program

PATIENCE_S = 60
USER = "tester"
PASSWORD = "open sesame@1"  # what a URL must escape
DATABASE = "shop"
# Both refuse to run as root.
UNPRIVILEGED = "nobody"
SYSTEM_TABLES = ["mysql_system_tables.sql", "mysql_system_tables_data.sql"]


def identity():
    return {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(argv, folder, **options):
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, **identity(), **options)
    assert done.returncode == 0, (argv, done.stdout[-1000:], done.stderr[-2000:])


@contextlib.contextmanager
def server_folder():
    with tempfile.TemporaryDirectory(prefix="pyw-database-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, UNPRIVILEGED, "nogroup")
        yield pathlib.Path(name)


@contextlib.contextmanager
def serving(argv, folder, stop):
    """While the server answers. `stop` is the signal that ends it without waiting for its clients."""
    log = folder / "log"
    with open(log, "wb") as output:
        server = subprocess.Popen(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **identity())
    try:
        wait_until_ready(server, log)
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_ready(server, log):
    """Both listen some time before they answer; both say when they do, in nearly the same words."""
    deadline = time.monotonic() + PATIENCE_S
    while not re.search("ready (to accept|for) connections", log.read_text(errors="replace")):
        ended = server.poll() is not None
        assert not ended and time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
        time.sleep(0.02)


@contextlib.contextmanager
def postgresql():
    """-> the port"""
    programs = pathlib.Path(program("postgres", ["postgresql-15"], "/usr/lib/postgresql/*/bin/postgres")).parent
    with server_folder() as folder:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        run([str(programs / "initdb"), "-D", "data", "-U", USER, "--pwfile", "password", "--auth", "scram-sha-256",
             "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8"], folder)
        run([str(programs / "postgres"), "--single", "-D", "data", "postgres"], folder, input=f"CREATE DATABASE {DATABASE}\n")
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with serving([str(programs / "postgres"), "-D", "data", *arguments], folder, signal.SIGINT):
            yield port


@contextlib.contextmanager
def mariadb():
    """-> the port"""
    with server_folder() as folder:
        server = program("mariadbd", ["mariadb-server-core"], "/usr/sbin/mariadbd")
        common = ["--no-defaults", f"--datadir={folder / 'data'}", "--innodb-flush-log-at-trx-commit=0",
                  "--innodb-log-file-size=4M"]
        (folder / "data").mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder / "data", UNPRIVILEGED, "nogroup")
        # What mariadb-install-db does, which lies in another package than half of what it needs.
        tables = "".join(pathlib.Path("/usr/share/mysql", name).read_text() for name in SYSTEM_TABLES)
        run([server, *common, "--bootstrap"], folder, input=f"CREATE DATABASE mysql;\nUSE mysql;\nSET @skip_auth_anonymous=1;\n{tables}")
        (folder / "init.sql").write_text(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;\n"
                                         f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
                                         f"GRANT ALL ON {DATABASE}.* TO '{USER}'@'127.0.0.1';\n")
        (folder / "init.sql").chmod(0o644)
        port = free_port()
        argv = [server, *common, "--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'socket'}",
                "--skip-name-resolve", f"--init-file={folder / 'init.sql'}"]
        with serving(argv, folder, signal.SIGTERM):
            yield port
