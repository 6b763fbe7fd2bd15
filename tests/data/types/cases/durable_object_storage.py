# Storage is wrapped: what goes in and out is converted.
from workers import DurableObject


class Room(DurableObject):
    async def use(self) -> int:
        storage = self.ctx.storage
        count = (await storage.get("count")) or 0
        await storage.put("count", count + 1)
        await storage.put("list", [1, "two", {"three": 3.0}, None, True])
        await storage.put({"a": 1, "b": {"c": 2}})
        await storage.put("bytes", b"x")
        some = await storage.get(["a", "b"])
        for key, value in some.items():
            reveal_type(key)  # T: str
            print(value)
        page = await storage.list(prefix="a", start="a", end="z", limit=10, reverse=True)
        for key in page:
            reveal_type(key)  # T: str
        print(len(page), page.get("a"), list(page.values()))
        reveal_type(await storage.delete("a"))  # T: bool
        reveal_type(await storage.delete(["a", "b"]))  # T: NUM
        reveal_type(await storage.put("a", 1))  # T: None
        reveal_type(await storage.deleteAll())  # T: None
        await storage.get("a", noCache=True)
        await storage.put("a", 1, allowUnconfirmed=True)
        await storage.sync()
        reveal_type(await storage.getCurrentBookmark())  # T: str
        await storage.put("a")  # E
        await storage.put()  # E
        await storage.list("a")  # E
        await storage.list(limit="5")  # E
        await storage.delete()  # E
        await storage.set("a", 1)  # E
        storage.list().items()  # E
        await storage.get("a", nocache=True)  # E
        return count + 1
