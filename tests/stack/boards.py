"""Reading of Grafana's dashboards, for the checks that ask what their panels ask."""


def panels_of(board):
    """Every panel, those of collapsed rows included."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])
