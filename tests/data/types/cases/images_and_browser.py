from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        picture = await self.env.BUCKET.get("k")
        if picture is not None:
            about = await self.env.IMAGES.info(picture.body)
            print(about.format)
            out = await self.env.IMAGES.input(picture.body).transform(width=100).output(format="image/webp")
            reveal_type(out.contentType())  # T: str
            out.response()
        reply = await self.env.BROWSER.fetch("https://browser.test")
        print(reply.status)
        self.env.IMAGES.resize()  # E
        return Response("done")
