from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        info = await self.env.IMAGES.info(request.body)
        reveal_type(info.format)  # T: str || Literal['image/svg+xml'] | str
        small = self.env.IMAGES.input(request.body).transform(width=128, height=128, fit="cover").transform({"rotate": 90})
        mark = self.env.IMAGES.input(request.body).transform(width=32)
        done = await small.draw(mark, bottom=32, right=32).output(format="image/avif", quality=80)
        reveal_type(done.contentType())  # T: str
        reveal_type(done.image())  # T: !Any
        await small.output(format="image/bmp")  # E
        await small.output()  # E
        small.transform(widht=5)  # E
        small.transform(width="5")  # E
        self.env.IMAGES.input("picture.png")  # E
        small.output(format="image/png").image()  # E
        done.blob()  # E
        return Response(done.image(), headers={"content-type": done.contentType()})
