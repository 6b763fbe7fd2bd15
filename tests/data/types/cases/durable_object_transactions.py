from typing import TYPE_CHECKING, Any

from workers import DurableObject

if TYPE_CHECKING:
    from js import DurableObjectTransaction


class Room(DurableObject):
    async def move(self, amount: int) -> None:
        async def body(transaction: "DurableObjectTransaction") -> None:
            await transaction.get("a")

        async def other(transaction: Any) -> int:
            return 1

        await self.ctx.storage.transaction(body)
        print(await self.ctx.storage.transaction(other))

        def change() -> int:
            self.ctx.storage.sql.exec("UPDATE t SET a = a - ?", amount)
            return 1

        print(self.ctx.storage.transactionSync(change))
        self.ctx.storage.kv.put("a", {"b": 1})
        print(self.ctx.storage.kv.get("a"))
        reveal_type(self.ctx.storage.kv.delete("a"))  # T: bool
        self.ctx.storage.kv.put("a")  # E
        self.ctx.storage.transactionSync()  # E
        self.ctx.storage.transactionSync("change")  # E
        await self.ctx.storage.transact(body)  # E
