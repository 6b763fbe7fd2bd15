"""`pyw edge serve` with a certificate of one's own, with real workerd.

usage: test_tls.py --pyw PROGRAM [NAME …]
"""
import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer

ECHO = "export default { fetch: (request) => new Response(request.url) };"


def certify(folder, name="one"):
    certificate, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:shop.localhost,IP:127.0.0.1"],
                   check=True, capture_output=True, timeout=60)
    return certificate, key


def port_of(url):
    return int(url.rsplit(":", 1)[1])


def get(port, trusted, path="/", host="shop.localhost"):
    """-> (status, text)"""
    context = ssl.create_default_context(cafile=trusted)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def shown(port):
    """The certificate that a client is shown."""
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=60)


def test_workers_answer_by_https_and_the_api_where_asked(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        certificate, key = certify(root)
        given = ["--tls-certificate", str(certificate), "--tls-key", str(key)]
        with EdgeServer(pyw, root / "data", *given) as server:
            assert server.told["workers"].startswith("https://127.0.0.1:"), server.told
            assert server.told["api"].startswith("http://"), server.told
            token = server.token()
            status, text = server.upload(token, "shop", ECHO, [])
            assert status == 200, text
            assert get(server.port, certificate, "/tea?x=1") == (200, "https://shop.localhost/tea?x=1")
            with socket.create_connection(("127.0.0.1", server.port), 60) as plain:  # not by HTTP
                plain.sendall(b"GET / HTTP/1.1\r\nHost: shop.localhost\r\n\r\n")
                assert b"shop" not in plain.makefile("rb").read()
            assert get(server.port, certificate)[0] == 200
            path = f"/client/v4/accounts/{token['account_id']}/workers/workers/shop"
            told = json.loads(server.call("GET", path, token)[1])
            assert told["result"]["subdomain"]["url"].startswith("https://shop."), told
        with EdgeServer(pyw, root / "data", *given, "--api-tls") as server:
            assert get(port_of(server.told["api"]), certificate, "/healthz", "127.0.0.1") == (200, "ok\n")


def test_a_renewed_certificate_is_taken_up(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        certificate, key = certify(root)
        with EdgeServer(pyw, root / "data", "--tls-certificate", str(certificate), "--tls-key", str(key)) as server:
            first = certificate.read_text()
            assert shown(server.port) == first
            newer, newer_key = certify(root, "two")
            second = newer.read_text()
            newer.rename(certificate)  # whose key has not come yet
            wait_until(lambda: shown(server.port) and server.has_told("certificate"), "half of a pair is told of")
            assert shown(server.port) == first
            newer_key.rename(key)
            wait_until(lambda: shown(server.port) == second, "the new certificate")


def test_both_files_are_needed(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        certificate, _ = certify(root)
        refused = subprocess.run([str(pyw), "edge", "serve", "--data", str(root / "data"), "--tls-certificate", str(certificate)],
                                 capture_output=True, text=True, timeout=60)
        assert refused.returncode == 2 and "`--tls-key`" in refused.stderr, refused
        (root / "key").write_text("no key")
        refused = subprocess.run([str(pyw), "edge", "serve", "--data", str(root / "data"), "--listen", "0", "--api-listen", "0",
                                  "--tls-certificate", str(certificate), "--tls-key", str(root / "key")],
                                 capture_output=True, text=True, timeout=60)
        assert refused.returncode == 1 and "no certificate and key that can be used" in refused.stderr, refused


checks.main(globals())
