from dataclasses import dataclass
from decimal import Decimal

from market import gateway, stock


class OrderError(Exception):
    pass


class PaymentDeclined(OrderError):
    pass


@dataclass
class Line:
    sku: str
    amount: int
    price: str


class OrderService:
    def __init__(self, region):
        self.region = region
        self.orders = {}

    def place(self, order_id, lines):
        self.check(order_id, lines)
        return self.total(lines)

    def check(self, order_id, lines):
        if not lines:
            raise OrderError(f"order {order_id} has no lines")
        for line in lines:
            if line.amount <= 0:
                raise OrderError(f"order {order_id}: amount of {line.sku} is {line.amount}")

    def total(self, lines):
        return sum(Decimal(line.price) * line.amount for line in lines)

    def cancel(self, order_id):
        order = self.orders[order_id]
        order["state"] = "cancelled"

    def refund(self, order_id):
        order = self.orders[order_id]
        return order["total"]

    def pay(self, order_id, card):
        try:
            return gateway.charge(card, order_id)
        except gateway.GatewayError as error:
            raise PaymentDeclined(f"payment of order {order_id} was declined") from error

    def ship(self, order_id, parcels):
        label = parcels[len(parcels)].label
        return label

    def reserve(self, sku, amount):
        return stock.reserve(sku, amount)

    def restock(self, sku, amount):
        return stock.reserve(sku, -amount)

    def report(self, rows):
        averages = {row["day"]: row["sum"] / row["count"] for row in rows}
        return averages

    def export(self, rows):
        return [row.decode("ascii") for row in rows]

    def notify(self, customer):
        return customer.email.lower()

    def greet(self, customer):
        return "Dear " + customer
