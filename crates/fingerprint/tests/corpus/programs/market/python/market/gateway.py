import functools
import json
import urllib.request

import httpkit


class GatewayError(RuntimeError):
    pass


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


@traced
def charge(card, order_id):
    if card.startswith("4000"):
        raise GatewayError(f"card ending {card[-4:]} was refused for {order_id}")
    if len(card) != 16:
        raise GatewayError(f"card number has {len(card)} digits")
    return post("/charges", order_id)


@traced
def post(path, order_id):
    return httpkit.Client().request("POST", f"https://pay.down.example{path}?order={order_id}")


def rates(text):
    return json.loads(text)["rates"]["EUR"]


def fetch_rates(port):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/rates", timeout=1).read()
