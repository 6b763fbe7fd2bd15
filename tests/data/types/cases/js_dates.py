from datetime import UTC, datetime

from js import Date, Intl
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        Date.new("2026-01-01")
        Date.new(2026, 0, 1, 12, 30)
        Date.new(Date.now())
        when = Date.new()
        reveal_type(datetime.fromtimestamp(when.getTime() / 1000, UTC))  # T: datetime
        reveal_type(Date.parse("2026-01-01"))  # T: NUM
        reveal_type(Date.UTC(2026, 1))  # T: NUM
        reveal_type(when.toLocaleDateString("en"))  # T: str
        reveal_type(when.toString())  # T: str
        reveal_type(when.getUTCHours())  # T: NUM
        print(Intl.DateTimeFormat.new("en").format(when))
        when.strftime("%Y")  # E
        when.getTimes()  # E
        Date.now().getTime()  # E
        Date()  # E
        Date.today()  # E
        return Response(when.toISOString())
