"""The taint rule: a value that strangers wrote may be compared with, in the run's tenant and window, and steer a call in no other way."""

from domain.calls import EQUALITY, Refusal, Scope, Tainted, ToolCall

HINT = "a value read from data may only be an equality filter of a tool that code or the question chose"


def taint_problem(call: ToolCall, scope: Scope) -> Refusal | None:
    """Why a call breaks the taint rule; None where it keeps it. `scope` is the run's own, from the question."""
    if isinstance(call.tool, Tainted) or isinstance(scope.tenant, Tainted):
        return Refusal("", "the tool or tenant was named by text from outside", HINT)
    tainted = [name for name, value in call.filters.given().items() if isinstance(value, Tainted)]
    loose = [name for name in tainted if name not in EQUALITY]
    if loose:
        return Refusal(call.tool, f"{loose[0]!r} is no equality filter and its value comes from outside", HINT)
    if tainted and call.window is not None and not (scope.window.start <= call.window.start and call.window.end <= scope.window.end):
        return Refusal(call.tool, f"{tainted[0]!r} comes from outside and the call looks beyond the window asked about", HINT)
    return None
