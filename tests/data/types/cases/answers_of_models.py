# Text, embeddings and search with the bindings of AI and Vectorize.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        vectors = await self.env.AI.run("@cf/baai/bge-base-en-v1.5", {"text": ["one", "two"]})
        matches = await self.env.VEC.query([0.1, 0.2], {"topK": 3, "returnMetadata": "all", "filter": {"kind": "a"}})
        reveal_type(matches.count)  # T: NUM
        for match in matches.matches:
            print(match.id, match.score)
        same = await self.env.VEC.query([1, 2], topK=2, returnValues=True)
        print(same.matches, vectors)
        changed = await self.env.VEC.upsert([{"id": "1", "values": [0.1], "metadata": {"kind": "a"}}])
        reveal_type(changed.mutationId)  # T: str
        await self.env.VEC.deleteByIds(["1"])
        about = await self.env.VEC.describe()
        reveal_type(about.vectorCount)  # T: NUM
        await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", prompt="hello", max_tokens=10)
        await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", {"messages": [{"role": "user", "content": "hi"}]})
        await self.env.AI.run()  # E
        await self.env.AI.runs("@cf/meta/llama-3.1-8b-instruct", {"prompt": "x"})  # E
        await self.env.VEC.query("text")  # E
        await self.env.VEC.query([1.0], top_k=3)  # E
        await self.env.VEC.upsert([{"values": [0.1]}])  # E
        await self.env.VEC.insert({"id": "1", "values": [0.1]})  # E
        matches.matches[0].scores  # E
        return Response("ok")
