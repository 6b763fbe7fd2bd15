"""Pages: / asks for a name, and answers it."""

from urllib.parse import parse_qs, urlparse

from pages import greeting_page, missing_page
from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        url = urlparse(request.url)
        if url.path != "/":
            return self.page(missing_page(url.path), status=404)
        return self.page(greeting_page(parse_qs(url.query).get("name", [""])[0]))

    def page(self, html, status=200):
        return Response(str(html), status=status, headers={"content-type": "text/html; charset=utf-8"})
