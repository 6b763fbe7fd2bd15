"""The shop: asks the other Worker for prices, and lends it a function to round them with."""

from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlparse

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        tea = urlparse(request.url).path.strip("/")
        try:
            # A method of the Worker in JavaScript. The function goes along and is called from there.
            price = await self.env.PRICES.quote(tea, 3, self.round_cents)
        except Exception as error:
            return Response(str(error), status=404)
        return Response.json({"tea": tea, "cents": price})

    def round_cents(self, cents):
        return int(Decimal(str(cents)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
