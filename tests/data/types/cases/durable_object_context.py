from typing import Any

from workers import DurableObject


class Room(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.value: Any = None

        async def start() -> None:
            self.value = await self.ctx.storage.get("value")

        self.ctx.blockConcurrencyWhile(start)

    async def use(self) -> str:
        await self.ctx.blockConcurrencyWhile(self.load)
        self.ctx.waitUntil(self.load())
        reveal_type(self.ctx.id.toString())  # T: str
        reveal_type(self.ctx.id.name)  # T: str | None
        await self.env.KV.put("a", "b")
        self.ctx.abort("reason")
        self.ctx.abort()
        self.ctx.id.toText()  # E
        self.ctx.passThrough()  # E
        self.ctx.blockConcurrency(self.load)  # E
        self.ctx.blockConcurrencyWhile(5)  # E
        self.state  # E
        self.storage  # E
        await self.env.NOTHING.put("a", "b")  # E
        return "done"

    async def load(self) -> None: ...
