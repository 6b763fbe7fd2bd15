"""POST /run takes the text of a Worker, runs it in an isolate of its own without network, and answers with its answer."""

import hashlib
from typing import Any
from urllib.parse import urlparse

from js import Object
from pyodide.ffi import create_once_callable, jsnull, to_js
from workers import Response, WorkerEntrypoint


def js_object(value) -> Any:
    return to_js(value, dict_converter=Object.fromEntries)


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.method != "POST" or urlparse(request.url).path != "/run":
            return Response("POST the text of a Worker to /run", status=404)
        code = await request.text()
        in_javascript = "javascript" in (request.headers.get("content-type") or "")
        module = "worker.js" if in_javascript else "worker.py"
        # The same text finds the isolate that still runs; only for a new one its definition is asked for.
        name = hashlib.sha256(f"{module} {code}".encode()).hexdigest()
        worker = self.env.LOADER.get(name, create_once_callable(lambda: self.definition(module, code)))
        try:
            return Response(await (await worker.getEntrypoint().fetch("http://worker/")).text())
        except Exception as error:
            return Response(f"the Worker failed: {error}", status=422)

    def definition(self, module: str, code: str) -> Any:
        return js_object({
            "compatibilityDate": "2026-10-01",
            "compatibilityFlags": ["python_workers"] if module.endswith(".py") else [],
            "mainModule": module,
            "modules": {module: code},
            "globalOutbound": jsnull,  # no network; None would be JavaScript's undefined, which means the parent's
        })
