#!/usr/bin/env python3
"""Bindings that only the platform has: the SDK sees what it sees there, and their use says why it fails."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession  # noqa: E402

WRANGLER = {
    "name": "under-test",
    "main": "src/entry.py",
    "compatibility_date": "2026-10-01",
    "compatibility_flags": ["python_workers"],
    "ai": {"binding": "AI"},
    "images": {"binding": "IMAGES"},
    "vectorize": [{"binding": "VECTORS", "index_name": "teas"}],
    "mtls_certificates": [{"binding": "CERTIFICATE", "certificate_id": "00000000-0000-0000-0000-000000000000"}],
    "browser": {"binding": "BROWSER"},
}
PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = '''from js import Response as JsResponse
from workers import Response, WorkerEntrypoint

async def asked(env):
    picture = JsResponse.new("no picture").body
    for name, call in {
        "AI": lambda: env.AI.run("@cf/some/model", {"prompt": "tea?"}),
        "IMAGES": lambda: env.IMAGES.input(picture).transform({"width": 1}).output({"format": "image/png"}),
        "IMAGES.info": lambda: env.IMAGES.info(JsResponse.new("no picture").body),
        "IMAGES.hosted": lambda: env.IMAGES.hosted.list(),
        "VECTORS": lambda: env.VECTORS.query([1, 2, 3]),
        "BROWSER": lambda: env.BROWSER.fetch("http://browser/"),
    }.items():
        try:
            yield name, f"no error: {await call()}"
        except Exception as error:
            yield name, str(error)

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        names = ("AI", "IMAGES", "VECTORS", "CERTIFICATE")
        answer = await self.env.CERTIFICATE.fetch("http://mtls/")
        return Response.json({
            "classes": {name: type(getattr(self.env, name)).__name__ for name in names},
            "errors": {name: text async for name, text in asked(self.env)},
            "mtls": [answer.status, await answer.text()],
        })
'''


def test_what_only_the_platform_has(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-platform-") as folder:
        root = pathlib.Path(folder)
        (root / "src").mkdir()
        (root / "wrangler.jsonc").write_text(json.dumps(WRANGLER))
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "src/entry.py").write_text(ENTRY)
        with DevSession(pyw, root) as session:
            status, text = session.ready().get()
            assert status == 200, text
            found = json.loads(text)
            assert found["classes"] == {"AI": "_BindingWrapper", "IMAGES": "_BindingWrapper", "VECTORS": "_BindingWrapper",
                                        "CERTIFICATE": "_FetcherWrapper"}, found
            for name, said in found["errors"].items():
                reason = f"the binding {name.split('.')[0]} works on the platform only"
                assert reason in said and "--mock" in said, (name, said)
            status, said = found["mtls"]
            assert status == 501 and "the binding CERTIFICATE works on the platform only" in said, found


if __name__ == "__main__":
    main(globals())
