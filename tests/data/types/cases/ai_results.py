# Results of models whose shapes the declarations have.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        heard = await self.env.AI.run("@cf/openai/whisper", {"audio": [1, 2, 3]})
        reveal_type(heard.text)  # T: str
        reveal_type(heard["text"])  # T: str
        vectors = await self.env.AI.run("@cf/baai/bge-m3", {"text": ["a"]})
        print(vectors)
        stream = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct-fp8", {"prompt": "x", "stream": True})
        async for chunk in stream:
            print(chunk)
        drawn = await self.env.AI.run("@cf/black-forest-labs/flux-1-schnell", {"prompt": "a cat"})
        reveal_type(drawn.image)  # T: str | None
        sentiment = await self.env.AI.run("@cf/huggingface/distilbert-sst-2-int8", {"text": "good"})
        for each in sentiment:
            reveal_type(each.score)  # T: NUM | None || float | None
        heard.txt  # E
        drawn.picture  # E
        return Response(stream, headers={"content-type": "text/event-stream"})
