from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        page = await self.env.ASSETS.fetch("https://assets/404.html")
        reveal_type(page.ok)  # T: bool
        if page.status == 404:
            return Response(await page.text(), status=404)
        if page.headers.get("content-type", "").startswith("text/html"):
            return Response(page.body, status=200, headers={"x": "y"})
        self.env.ASSETS.fetch()  # E
        await self.env.ASSETS.fetch(None)  # E
        page.text().upper()  # E
        return await self.env.ASSETS.fetch(request)
