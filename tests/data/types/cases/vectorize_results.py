from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        embedded = await self.env.AI.run("@cf/baai/bge-base-en-v1.5", {"text": ["a"]})
        print(embedded)
        values = [0.1] * 768
        found = await self.env.VEC.query(values, topK=3, returnMetadata="all", filter={"kind": {"$eq": "a"}})
        for match in found["matches"]:
            reveal_type(match["score"])  # T: NUM
            reveal_type(match.id)  # T: str
            if match.metadata is not None:
                print(match.metadata["title"])
        best = max(found.matches, key=lambda match: match.score)
        reveal_type(best.id)  # T: str
        await self.env.VEC.insert([{"id": str(n), "values": values, "metadata": {"n": n}} for n in range(3)])
        changed = await self.env.VEC.deleteByIds(["1", "2"])
        reveal_type(changed.mutationId)  # T: str
        got = await self.env.VEC.getByIds(["1"])
        print(got[0].values, got[0].metadata)
        about = await self.env.VEC.describe()
        reveal_type(about.vectorCount)  # T: NUM
        await self.env.VEC.query("text")  # E
        await self.env.VEC.query(values, returnMetadata="some")  # E
        await self.env.VEC.query(values, top_k=3)  # E
        await self.env.VEC.insert([{"values": values}])  # E
        await self.env.VEC.insert([{"id": 1, "values": values}])  # E
        await self.env.VEC.deleteByIds("1")  # E
        found.hits  # E
        (await self.env.VEC.query(values)).matches.id  # E
        return Response("done")
