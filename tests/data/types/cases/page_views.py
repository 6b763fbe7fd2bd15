# Counting page views: KV and Analytics Engine, one right and several wrong ways.
from datetime import datetime, timedelta

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        count = await self.env.KV.get("views", "json")
        total = (count or 0) + 1
        await self.env.KV.put("views", str(total), {"expirationTtl": 3600, "metadata": {"at": "now"}})
        await self.env.KV.put("views", b"bytes", expiration=int(datetime.now().timestamp()))
        listing = await self.env.KV.list({"prefix": "v", "limit": 10})
        reveal_type(listing.list_complete)  # T: bool
        names = [key.name for key in listing["keys"]]
        print([key for key in listing.keys])  # E
        value, kept = await self.env.KV.get("a"), await self.env.KV.getWithMetadata("a")
        reveal_type(value)  # T: str | None
        reveal_type(kept.value)  # T: str | None
        self.env.AE.writeDataPoint({"blobs": ["path", request.url], "doubles": [1, 2.5], "indexes": ["x"]})
        self.env.AE.writeDataPoint(blobs=["a"], doubles=[total])
        await self.env.KV.put("views", total)  # E
        await self.env.KV.put("views", "1", expirationTtl=timedelta(hours=1))  # E
        await self.env.KV.put("views", "1", expiration_ttl=60)  # E
        await self.env.KV.delete(["a", "b"], True)  # E
        self.env.AE.writeDataPoint(blobs="a")  # E
        self.env.AE.write_data_point(blobs=["a"])  # E
        value.upper()  # E
        return Response(f"{total} {names}")
