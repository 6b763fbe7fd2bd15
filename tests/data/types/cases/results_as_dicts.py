# A converted object is a dict, with its keys as attributes too.
import json

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        rows = await self.env.DB.prepare("x").all()
        print(json.dumps(rows.results), json.dumps(rows), dict(rows.meta), "meta" in rows, len(rows))
        for key, value in rows.results[0].items():
            print(key, value)
        page = await self.env.KV.list()
        print(json.dumps(page), list(page), page.get("cursor"), page == {}, page.items())
        print({**page}, dict(page), page.keys(), isinstance(page, dict))
        hit = await self.env.KV.getWithMetadata("k")
        print(json.dumps(hit), hit["metadata"], {"a": 1, **hit})
        found = await self.env.VEC.query([1.0])
        print([match["score"] for match in found["matches"] if match["score"] > 0.5])
        state = await (await self.env.FLOW.get("x")).status()
        print(json.dumps(state))
        Response.json(rows)
        Response.json(page)
        Response.from_json(found)
        for name in page.keys:  # E
            print(name)
        rows["row"]  # E
        page["key"]  # E
        found["count"].upper()  # E
        return Response.json(rows.results)
