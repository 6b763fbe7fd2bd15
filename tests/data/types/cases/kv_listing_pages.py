# Page after page, as a loop; what a key carries.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        names: list[str] = []
        cursor: str | None = None
        while True:
            page = await self.env.KV.list(prefix="user:", cursor=cursor, limit=1000)
            reveal_type(page.list_complete)  # T: bool || Literal[True] | Literal[False]
            reveal_type(page["list_complete"])  # T: bool || Literal[True] | Literal[False]
            for key in page["keys"]:
                reveal_type(key.name)  # T: str
                reveal_type(key.expiration)  # T: int | None || int | float | None
                if key.metadata is not None:
                    print(key.metadata.owner)
                names.append(key.name)
            if page["list_complete"]:
                break
            cursor = page["cursor"]
        if not (await self.env.KV.list()).list_complete:
            print("more")
        names.append(page)  # E
        names.append(page["keys"][0])  # E
        print(page["names"])  # E
        await self.env.KV.list(limit="10")  # E
        await self.env.KV.list({"prefx": "a"})  # E
        return Response(", ".join(names))
