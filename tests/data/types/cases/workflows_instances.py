from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        made = await self.env.FLOW.create({"params": {"a": 1}, "retention": {"successRetention": "1 day"}})
        same = await self.env.FLOW.get(made.id)
        state = await same.status()
        reveal_type(state["status"])  # T: !Any
        if state.status == "errored" and state.error is not None:
            reveal_type(state.error.message)  # T: str
            reveal_type(state.error["name"])  # T: str
        print(state.output, state["output"])
        await same.pause()
        await same.resume()
        await same.restart()
        await same.terminate()
        await same.sendEvent({"type": "approved", "payload": {"by": "me"}})
        await same.send_event(type="approved", payload=None)
        many = await self.env.FLOW.create_batch([{"id": "a", "params": 1}, {"id": "b"}])
        reveal_type(many[0].id)  # T: str
        reveal_type(await same.pause())  # T: None
        await self.env.FLOW.create(params={"a": 1}, id="x")
        await self.env.FLOW.create({"parms": 1})  # E
        await self.env.FLOW.create("id")  # E
        await self.env.FLOW.create(id=5)  # E
        await self.env.FLOW.get()  # E
        await same.sendEvent("approved")  # E
        await same.cancel()  # E
        same.status().status  # E
        state.progress  # E
        return Response.json({"id": made.id})
