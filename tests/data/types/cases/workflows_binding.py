from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        made = await self.env.FLOW.create()
        reveal_type(made.id)  # T: str
        await self.env.FLOW.create(id="x", params={"a": 1})
        status = await made.status()
        reveal_type(status.status)  # T: !Any
        await made.terminate()
        await made.restart()
        await made.resume()
        await made.send_event({"type": "t", "payload": 1})
        await made.sendEvent(type="t", payload=1)
        for each in await self.env.FLOW.create_batch([{"id": "a"}, {"params": 1}]):
            reveal_type(each.id)  # T: str
        await self.env.FLOW.get(5)  # E
        await self.env.FLOW.create(ident="x")  # E
        made.stop()  # E
        await self.env.FLOW.start()  # E
        made.identifier  # E
        return Response("done")
