from workers import Request, Response, WorkerEntrypoint


def shout(text: str) -> str:
    return text.upper()


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(shout(self.env.TOKEN))  # T: str
        reveal_type(shout(self.env.GREETING))  # T: str
        for n in range(self.env.RETRIES):
            print(n)
        if self.env.ENABLED:
            print("on")
        reveal_type(self.env.LIMITS.max + 1)  # T: int
        reveal_type(self.env.LIMITS.to_py()["max"])  # T: Any
        first, *others = self.env.NAMES
        reveal_type(first)  # T: str
        reveal_type(", ".join(self.env.NAMES))  # T: str
        if request.headers.get("authorization") != f"Bearer {self.env.TOKEN}":
            return Response("no", status=401)
        shout(self.env.RETRIES)  # E
        shout(self.env.LIMITS)  # E
        self.env.GREETING + 5  # E
        self.env.RETRIES.upper()  # E
        self.env.LIMITS.nested.deeper  # E
        self.env["TOKEN"]  # E
        self.env.token  # E
        self.env.TOKEN()  # E
        return Response("done")
