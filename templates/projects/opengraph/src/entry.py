"""Static pages that get a preview card (Open Graph) while they are sent, without being read whole."""

from urllib.parse import quote, urlparse

from js import HTMLRewriter
from pyodide.ffi import create_proxy
from workers import WorkerEntrypoint

DESCRIPTIONS = {"/": "Green tea from the first harvest."}


class Card:
    """Adds the tags to the end of <head>."""

    def __init__(self, tags: dict[str, str]):
        self.tags = tags

    def element(self, element):
        for name, content in self.tags.items():
            escaped = content.replace("&", "&amp;").replace('"', "&quot;")
            element.append(f'<meta property="og:{name}" content="{escaped}">\n', html=True)


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        page = await self.env.PAGES.fetch(request.js_object)
        url = urlparse(request.url)
        if not (page.headers.get("content-type") or "").startswith("text/html"):
            return page
        tags = {
            "title": quote(url.path.strip("/")) or "Tea",
            "description": DESCRIPTIONS.get(url.path, ""),
            "url": f"{url.scheme}://{url.netloc}{url.path}",
        }
        card = create_proxy(Card(tags))
        return HTMLRewriter.new().on("head", card).transform(page.js_object)
