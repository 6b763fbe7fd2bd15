"""The Worker that test_kill.py kills: it writes numbers to each store, and tells which are there."""
from urllib.parse import urlparse

from workers import DurableObject, Response, WorkerEntrypoint


class Ledger(DurableObject):
    async def note(self, number):
        self.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY)")
        self.ctx.storage.sql.exec("INSERT OR IGNORE INTO numbers VALUES (?)", number)

    async def all(self):
        self.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY)")
        return [row.number for row in self.ctx.storage.sql.exec("SELECT number FROM numbers").toArray()]


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        store, _, number = urlparse(request.url).path[1:].partition("/")
        if number == "all":
            return Response.json(await getattr(self, "all_" + store)())
        await getattr(self, "write_" + store)(int(number))
        return Response("written")

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            await self.insert("delivered", int(message.body))

    def ledger(self):
        return self.env.LEDGER.get(self.env.LEDGER.idFromName("the one"))

    async def insert(self, table, number):
        await self.env.DB.prepare(f"INSERT OR IGNORE INTO {table} VALUES (?)").bind(number).run()

    async def select(self, table):
        found = await self.env.DB.prepare(f"SELECT number FROM {table}").all()
        return [row.number for row in found.results]

    async def write_tables(self, _number):
        for table in ("written", "delivered"):
            await self.env.DB.prepare(
                f"CREATE TABLE IF NOT EXISTS {table} (number INTEGER PRIMARY KEY)"
            ).run()

    async def write_kv(self, number):
        await self.env.KV.put(f"{number:06}", "x" * (number % 2000))

    async def write_d1(self, number):
        await self.insert("written", number)

    async def write_object(self, number):
        await self.ledger().note(number)

    async def write_queue(self, number):
        await self.env.JOBS.send(number)

    async def all_kv(self):
        found, cursor = [], None
        while True:
            page = await self.env.KV.list(cursor=cursor)
            found += [int(key["name"]) for key in page["keys"]]
            if page["list_complete"]:
                return found
            cursor = page["cursor"]

    async def all_d1(self):
        return await self.select("written")

    async def all_object(self):
        return await self.ledger().all()

    async def all_queue(self):
        return await self.select("delivered")
