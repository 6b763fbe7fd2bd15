from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(self.env.GREETING)  # T: Literal['hello'] || str
        reveal_type(self.env.RETRIES)  # T: Literal[3] || int
        reveal_type(self.env.RATIO)  # T: float
        reveal_type(self.env.ENABLED)  # T: Literal[True] || bool
        reveal_type(self.env.TOKEN)  # T: str
        reveal_type(self.env.LIMITS.max)  # T: int
        reveal_type(self.env.LIMITS.nested.deep)  # T: str
        reveal_type(self.env.LIMITS.tags[0])  # T: str
        for name in self.env.NAMES:
            reveal_type(name)  # T: str
        print(len(self.env.NAMES))
        self.env.LIMITS["max"]  # E
        self.env.LIMITS.most  # E
        self.env.GREETINGS  # E
        self.env.TOKEN.uppper()  # E
        return Response("done")
