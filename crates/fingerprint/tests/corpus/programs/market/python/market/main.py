import asyncio
import concurrent.futures
import sys
import traceback

sys.dont_write_bytecode = True

from market import gateway, stock
from market.orders import Line, OrderService


def chain(n):
    parts = {f"p{i}": [f"p{i + 1}"] for i in range(n)}
    return stock.bill_of("p0", parts)


async def stream(n):
    async for row in rows(n):
        row.get("x")


async def rows(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield {"x": i}
    yield None


def cases(n):
    orders = OrderService(f"eu-{n}")
    order = f"O-{n * 7919:06d}"
    return {
        "order-empty": lambda: orders.place(order, []),
        "order-negative": lambda: orders.place(order, [Line("A1", 1, "1"), Line(f"B{n}", -n, "2")]),
        "order-price": lambda: orders.place(order, [Line("A1", n, "1,5")]),
        "cancel-unknown": lambda: orders.cancel(order),
        "refund-unknown": lambda: orders.refund(order),
        "pay-refused": lambda: orders.pay(order, f"4000{n:012d}"),
        "pay-short-card": lambda: orders.pay(order, "5" * (9 + n)),
        "pay-no-connection": lambda: orders.pay(order, f"5000{n:012d}"),
        "ship-beyond": lambda: orders.ship(order, [1] * n),
        "reserve-too-many": lambda: orders.reserve(f"S{n}", 100 + n),
        "restock-negative": lambda: orders.restock(f"S{n}", n),
        "report-zero": lambda: orders.report([{"day": n, "sum": 1, "count": 0}]),
        "export-umlaut": lambda: orders.export([b"ok", b"x" * n + b"\xc3"]),
        "notify-nobody": lambda: orders.notify(None),
        "greet-number": lambda: orders.greet(n),
        "rates-html": lambda: gateway.rates("<html>" * n),
        "rates-no-euro": lambda: gateway.rates('{"rates": {}}'),
        "rates-refused": lambda: gateway.fetch_rates(n),
        "part-missing": lambda: chain(2 * n),
        "part-cycle": lambda: stock.cyclic("a", {"a": ["b"], "b": ["a"]}),
        "shelf-empty": lambda: stock.audit(stock.Shelf(n)),
        "stream-none": lambda: asyncio.run(stream(n)),
    }


def work(name, n):
    cases(n)[name]()


def main():
    name, n = sys.argv[1], int(sys.argv[2])
    try:
        if n == 2:
            with concurrent.futures.ThreadPoolExecutor() as pool:
                pool.submit(work, name, n).result()
        else:
            work(name, n)
    except BaseException:
        sys.stderr.write(traceback.format_exc())


if __name__ == "__main__":
    main()
