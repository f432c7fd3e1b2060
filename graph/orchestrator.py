"""The one orchestrator: a question enters, a verified analysis leaves; its drawing is a golden file of the tests."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graph.answering import answer
from graph.checking import revise, verify
from graph.context import RunContext
from graph.nodes import broken, desk, plan, route, write
from graph.reverse_rag import build_reverse_rag
from graph.state import RunState

DESKS = ("sre", "security", "efficiency")
RECURSION_LIMIT = 25

Orchestrator = CompiledStateGraph[RunState, RunContext, RunState, RunState]


def build() -> Orchestrator:
    """Compile the graph: route → plan → desks in parallel → write → verify → (revise → verify)* → answer; a clock takes reverse_rag."""
    graph: Any = StateGraph(RunState, context_schema=RunContext)
    for node in (route, plan, write, verify, revise, answer):
        graph.add_node(node.__name__, node)
    for name in DESKS:
        graph.add_node(name, desk, error_handler=broken)
        graph.add_edge(name, "write")
    graph.add_node("reverse_rag", build_reverse_rag())
    graph.add_edge("reverse_rag", "write")
    graph.add_edge(START, "route")
    graph.add_edge("write", "verify")
    graph.add_edge("revise", "verify")
    graph.add_edge("answer", END)
    compiled: Orchestrator = graph.compile()
    return compiled
