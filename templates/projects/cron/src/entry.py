"""Every five minutes a line is written; GET / shows the last ones."""

import json
from datetime import UTC, datetime

from workers import Response, WorkerEntrypoint

KEPT = 20


class Default(WorkerEntrypoint):
    async def scheduled(self, controller, env, ctx):
        due = datetime.fromtimestamp(controller.scheduledTime / 1000, UTC)
        runs = await self.runs()
        runs.append({"cron": controller.cron, "due": due.isoformat()})
        await self.env.REPORTS.put("runs", json.dumps(runs[-KEPT:]))
        print(f"ran for {due:%H:%M}")

    async def fetch(self, request):
        return Response.json(await self.runs())

    async def runs(self):
        return json.loads(await self.env.REPORTS.get("runs") or "[]")
