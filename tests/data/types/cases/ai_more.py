from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        messages = [{"role": "user", "content": "hi"}]
        print(await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", {"messages": messages}))
        print(await self.env.AI.run("@cf/meta/llama-3.2-3b-instruct", {"messages": messages, "stream": False}))
        model = request.headers.get("x-model") or "@cf/meta/llama-3.1-8b-instruct"
        print(await self.env.AI.run(model, {"prompt": "x"}))
        stored = await self.env.AI.run("@cf/baai/bge-base-en-v1.5", {"text": "a"})
        print(stored)
        for kind in await self.env.AI.toMarkdown().supported():
            print(kind)
        found = await self.env.AI.autorag("docs").search(query="x")
        reveal_type(found.search_query)  # T: str
        answer = await self.env.AI.autorag("docs").aiSearch({"query": "x"})
        print(answer)
        reveal_type(self.env.AI.aiGatewayLogId)  # T: str | None
        url = await self.env.AI.gateway("g").getUrl("workers-ai")
        reveal_type(url)  # T: str
        self.env.AI.autorag("docs").find(query="x")  # E
        self.env.AI.gateway("g").url  # E
        self.env.AI.aiGatewayLog  # E
        return Response("done")
