"""A tool made of more than one query: it looks at several things and gives one evidence."""

from typing import Protocol

from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec


class CompositeTool(Protocol):
    """One entry of the toolbox beside the metric templates. Its evidence carries `spec.name` as template, so that it can be replayed."""

    @property
    def spec(self) -> ToolSpec: ...

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """Evidence with its candidate claims and findings. A store that fails gives evidence of status `error` or `timeout`."""
        ...
