from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        told = await self.env.AI.run(
            "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
            {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}], "max_tokens": 5},
        )
        print(told)
        named = await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", prompt="hi", max_tokens=256, temperature=0.5)
        print(named)
        await self.env.AI.run("@cf/meta/llama-3.1-8b-instruct", {"prompt": "hi"}, {"gateway": {"id": "g", "skipCache": True}})
        await self.env.AI.run("@cf/openai/whisper", {"audio": [1, 2, 3]})
        await self.env.AI.run("@cf/baai/bge-large-en-v1.5", {"text": "one"})
        await self.env.AI.run("@cf/huggingface/distilbert-sst-2-int8", {"text": "good"})
        picture = await self.env.AI.run("@cf/stabilityai/stable-diffusion-xl-base-1.0", prompt="a cat")
        print(picture)
        await self.env.AI.run("@cf/meta/m2m100-1.2b", {"text": "x", "source_lang": "en", "target_lang": "fr"})
        gateway = self.env.AI.gateway("g")
        print(gateway)
        models = await self.env.AI.models()
        for model in models:
            reveal_type(model.name)  # T: str
        await self.env.AI.run(["@cf/meta/llama-3.1-8b-instruct"], {"prompt": "hi"})  # E
        await self.env.AI.models(5)  # E
        self.env.AI.generate("x")  # E
        self.env.AI.run("@cf/openai/whisper", {"audio": [1]}).text  # E
        return Response("done")
