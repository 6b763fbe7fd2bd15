from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(await self.env.SELF.add(1, 2))  # T: int
        claims = await self.env.AUTH.verify("token", {"aud": "me"}, [1, 2])
        print(claims["sub"], claims.sub)
        reply = await self.env.AUTH.fetch("https://auth.test/me", headers={"x": "y"})
        reveal_type(reply.status)  # T: NUM
        reveal_type(reply)  # T: Response
        await self.env.AUTH.fetch(request)
        await self.env.ASSETS.fetch(request)
        await self.env.CERT.fetch("https://mtls.test")
        await self.env.SELF.fetch(request)
        await self.env.SELF.add(1)  # E
        await self.env.SELF.add("1", 2)  # E
        await self.env.SELF.subtract(1, 2)  # E
        await self.env.AUTH.fetch()  # E
        await self.env.AUTH.fetch("https://auth.test", mehtod="GET")  # E
        return Response("done")
