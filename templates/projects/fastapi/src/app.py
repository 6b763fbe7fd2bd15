"""A price list with orders: the application itself, which knows nothing of Workers but `env`."""

from decimal import Decimal

from fastapi import FastAPI, HTTPException, Request
from models import Item, Order, Receipt

app = FastAPI(title="Shop", version="0.1.0")

ITEMS = {
    item.sku: item
    for item in (
        Item(sku="TEA", title="A pot of tea", price=Decimal("3.50")),
        Item(sku="PIE", title="A slice of pie", price=Decimal("4.20")),
    )
}


@app.get("/")
async def root() -> dict[str, str]:
    return {"message": "See /docs for everything this service can do"}


@app.get("/items")
async def list_items() -> list[Item]:
    return list(ITEMS.values())


@app.get("/items/{sku}")
async def get_item(sku: str) -> Item:
    if sku not in ITEMS:
        raise HTTPException(status_code=404, detail=f"no item {sku}")
    return ITEMS[sku]


@app.post("/orders", status_code=201)
async def place_order(order: Order, request: Request) -> Receipt:
    item = await get_item(order.sku)
    env = request.scope["env"]  # the Worker's bindings and vars
    return Receipt(sku=item.sku, count=order.count, total=item.price * order.count, currency=env.CURRENCY)
