"""What goes in and comes out, checked by pydantic."""

from decimal import Decimal

from pydantic import BaseModel, Field


class Item(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{3}$")
    title: str
    price: Decimal = Field(gt=0)


class Order(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{3}$", examples=["TEA"])
    count: int = Field(gt=0, le=100, examples=[2])


class Receipt(BaseModel):
    sku: str
    count: int
    total: Decimal
    currency: str
