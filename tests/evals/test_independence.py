"""What computes the truth shares no code with what it judges."""

import ast
from pathlib import Path

TRUTH = Path(__file__).resolve().parents[2] / "evals" / "truth"
JUDGED = {"pipeline", "tools", "adapters", "analytics", "grounding", "agents", "graph", "prompts", "service", "simulator"}


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_truth_imports_nothing_of_what_it_judges() -> None:
    modules = {path.name: {name.split(".")[0] for name in _imported(path)} for path in TRUTH.glob("*.py")}
    assert modules
    assert {name: names & JUDGED for name, names in modules.items() if names & JUDGED} == {}
