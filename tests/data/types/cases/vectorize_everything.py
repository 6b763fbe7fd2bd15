from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        changed = await self.env.VEC.insert([{"id": "1", "values": [1, 2.5], "metadata": {"a": "b"}, "namespace": "n"}])
        reveal_type(changed.mutationId)  # T: str
        await self.env.VEC.upsert([{"id": "1", "values": [0.1]}])
        found = await self.env.VEC.query([1, 2, 3], {"topK": 3, "returnValues": True, "filter": {"a": "b"}})
        for match in found.matches:
            reveal_type(match.id)  # T: str
            print(match.metadata)
        again = await self.env.VEC.queryById("1", topK=2)
        reveal_type(again.count)  # T: NUM
        for vector in await self.env.VEC.getByIds(["1"]):
            reveal_type(vector.id)  # T: str
        await self.env.VEC.deleteByIds(["1"])
        about = await self.env.VEC.describe()
        reveal_type(about.dimensions)  # T: NUM
        await self.env.VEC.query()  # E
        await self.env.VEC.query([1], topk=3)  # E
        await self.env.VEC.insert({"id": "1", "values": [1]})  # E
        await self.env.VEC.insert([{"id": "1"}])  # E
        await self.env.VEC.getByIds("1", "2")  # E
        await self.env.VEC.search([1])  # E
        return Response("done")
