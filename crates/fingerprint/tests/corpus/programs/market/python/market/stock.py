class Shelf:
    def __init__(self, limit):
        self.limit = limit
        self.items = []

    def __getitem__(self, index):
        return self.items[index]

    @property
    def newest(self):
        return self[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()

    def release(self):
        if not self.items:
            raise RuntimeError(f"shelf of {self.limit} has nothing to release")


def reserve(sku, amount):
    if amount < 0:
        raise ValueError(f"cannot reserve {amount} of {sku}")
    if amount > 100:
        raise ValueError(f"only 100 of {sku} can be reserved, not {amount}")
    return amount


def bill_of(part, parts, depth=0):
    inner = parts[part]
    return [bill_of(name, parts, depth + 1) for name in inner]


def cyclic(part, parts):
    return {name: cyclic(name, parts) for name in parts[part]}


def audit(shelf):
    with shelf:
        return shelf.newest
