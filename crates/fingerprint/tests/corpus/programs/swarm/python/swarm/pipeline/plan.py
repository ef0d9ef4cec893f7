from functools import reduce

from swarm.errors import PlanError


def walk(node, depth):
    if depth == 0:
        raise PlanError(f"step {node} has no agent")
    return walk(node, depth - 1)


def expand(node, depth):
    if depth == 0:
        return {}["leaf"]
    return visit(node, depth - 1)


def visit(node, depth):
    return expand(node, depth)


def endless(node):
    return endless_child(node + 1)


def endless_child(node):
    return endless(node)


def weights(steps):
    return [1 / step for step in steps]


def total(steps):
    return sum(step["cost"] for step in steps)


def merged(plans):
    return reduce(lambda one, two: one + two, plans)


def order(steps):
    return sorted(steps, key=lambda step: step.rank)


def assign(steps, agents):
    for index, step in enumerate(steps):
        agent = agents[index]
        agent.append(step)


def budget(tokens, limit):
    assert tokens <= limit, f"{tokens} tokens are more than {limit}"


def decode(raw):
    return raw.decode("utf-8")


def temperature(text):
    return float(text)
