from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        chat = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", {"prompt": "hi"})
        print(chat)
        by_messages = await self.env.AI.run(
            "@cf/meta/llama-3.1-8b-instruct", {"messages": [{"role": "user", "content": "hi"}]}
        )
        print(by_messages)
        vectors = await self.env.AI.run("@cf/baai/bge-base-en-v1.5", {"text": ["a", "b"]})
        print(vectors)
        await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", prompt="hi")
        await self.env.AI.run("@cf/someone/a-model-of-tomorrow", {"anything": 1})
        answer = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct-fp8", {"prompt": "hi"})
        reveal_type(answer)  # T: AiTextGenerationOutput
        stream = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct-fp8", {"prompt": "hi", "stream": True})
        reveal_type(stream)  # T: ReadableStream[Any]
        by_keywords = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct-fp8", prompt="hi", stream=True)
        reveal_type(by_keywords)  # T: ReadableStream[Any]
        reveal_type(self.env.AI.aiGatewayLogId)  # T: str | None
        await self.env.AI.run()  # E
        await self.env.AI.runn("@cf/meta/llama-3.1-8b-instruct", {"prompt": "hi"})  # E
        await self.env.AI.run(5, {"prompt": "hi"})  # E
        return Response("done")
