"""A guest book: GET / lists the entries, POST / writes one."""

from workers import Response, WorkerEntrypoint

TABLE = """CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY,
  author TEXT NOT NULL,
  message TEXT NOT NULL,
  written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
)"""


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        await self.env.DB.prepare(TABLE).run()
        if request.method == "POST":
            return await self.write(await request.json())
        return await self.read()

    async def read(self):
        answer = await self.env.DB.prepare("SELECT author, message, written_at FROM entries ORDER BY id DESC LIMIT 50").all()
        return Response.json(list(answer["results"]))

    async def write(self, entry):
        author, message = entry.get("author"), entry.get("message")
        if not author or not message:
            return Response("author and message are needed", status=400)
        # Values are bound, never put into the SQL text.
        statement = self.env.DB.prepare("INSERT INTO entries (author, message) VALUES (?, ?) RETURNING id")
        return Response.json({"id": await statement.bind(author, message).first("id")}, status=201)
