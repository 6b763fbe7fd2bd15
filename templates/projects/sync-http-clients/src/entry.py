"""GET /requests, /urllib3, /httpx, /httpx-async: each fetches the page that TARGET names, with that library."""

from urllib.parse import urlparse

import httpx
import requests
import urllib3
from workers import Response, WorkerEntrypoint


def with_requests(url: str):
    answer = requests.get(url, timeout=10)
    return answer.status_code, answer.text


def with_urllib3(url: str):
    answer = urllib3.request("GET", url, timeout=10)
    return answer.status, answer.data.decode()


def with_httpx(url: str):
    answer = httpx.get(url, timeout=10)
    return answer.status_code, answer.text


async def with_httpx_async(url: str):
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(url)
        return answer.status_code, answer.text


SYNCHRONOUS = {"/requests": with_requests, "/urllib3": with_urllib3, "/httpx": with_httpx}


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        path = urlparse(request.url).path
        if path in SYNCHRONOUS:
            # No await: the Worker's stack is put aside while the answer is on its way, other requests go on.
            status, text = SYNCHRONOUS[path](self.env.TARGET)
        elif path == "/httpx-async":
            status, text = await with_httpx_async(self.env.TARGET)
        else:
            return Response("one of " + ", ".join([*SYNCHRONOUS, "/httpx-async"]), status=404)
        return Response.json({"library": path[1:], "status": status, "size": len(text)})
