from workers import Request, Response, WorkerEntrypoint
from datetime import datetime
from workers import Blob, File, FormData, fetch


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        one = File("x", "name.txt", content_type="text/plain")
        reveal_type(one.name)  # T: str
        reveal_type(await one.bytes())  # T: bytes
        form = FormData()
        form["file"] = one
        form.append("x", Blob(["a", b"b"]))
        for key, value in form.items():
            reveal_type(key)  # T: str
        reply = await fetch("https://a.test", method="PUT", body=form)
        reveal_type(reply.ok)  # T: bool
        reveal_type(reply.url)  # T: str
        reveal_type(reply.headers.get("x"))  # T: str | None
        reveal_type(await reply.text())  # T: str
        copy = request.clone()
        reveal_type(copy.body_used)  # T: bool
        upgrade = request.headers.get("Upgrade")
        if upgrade is None or upgrade.lower() != "websocket":
            return Response("no", status=426)
        Response.redirect("https://a.test", 301)
        await self.env.KV.put("when", datetime.now().isoformat(), {"expirationTtl": 60})
        await self.env.JOBS.send({"at": datetime.now()})
        File("x")  # E
        form.add("x", "y")  # E
        Response(body=5)  # E
        Blob(5)  # E
        copy.form()  # E
        reply.statuss  # E
        return Response("done")
