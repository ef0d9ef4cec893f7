class SwarmError(Exception):
    pass


class PlanError(SwarmError):
    pass


class ToolError(SwarmError):
    pass


class StoreError(SwarmError):
    pass
