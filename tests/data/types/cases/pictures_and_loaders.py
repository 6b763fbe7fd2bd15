# Images in and out, code that is loaded, and what says which version runs.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        body = request.body
        if body is None:
            return Response("no picture", status=400)
        info = await self.env.IMAGES.info(body)
        reveal_type(info.format)  # T: str || str | Literal['image/svg+xml']
        picture = self.env.IMAGES.input(body).transform({"width": 100, "rotate": 90}).transform(blur=20)
        result = await picture.output({"format": "image/avif", "quality": 80})
        reveal_type(result.contentType())  # T: str
        self.env.IMAGES.input("file.png")  # E
        self.env.IMAGES.input(body).transform({"widht": 100})  # E
        await picture.output({"format": "image/bmp"})  # E
        await picture.outputs(format="image/avif")  # E
        reveal_type(self.env.VERSION.id)  # T: str
        reveal_type(self.env.VERSION.tag)  # T: str
        self.env.VERSION.ID  # E
        reveal_type(self.env.HD.connectionString)  # T: str
        reveal_type(self.env.HD.port)  # T: NUM
        self.env.HD.connection_string  # E
        page = await self.env.ASSETS.fetch("https://assets.local/index.html")
        reveal_type(page.status)  # T: int
        secret = await self.env.STORED.get()
        reveal_type(secret)  # T: str
        self.env.STORED.read()  # E
        reveal_type(self.env.TOKEN)  # T: str
        reveal_type(self.env.RETRIES)  # T: NUM || Literal[3]
        self.env.TOKENS  # E
        print(result.response().status)
        result.responses()  # E
        return page
