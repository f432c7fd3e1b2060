"""The closed expression grammar of `derive`: + − × ÷, sum, min, max, ratio, pct_change, count, first_above over bound operands."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.claims import Binding
from grounding import amounts, units
from grounding.amounts import Amount, DeriveError
from grounding.cells import instant, number
from grounding.paths import BoundCell, is_series

MAX_LENGTH = 400
MAX_DEPTH = 12
_TOKEN = re.compile(
    r"\s*(?:(?P<path>(?:[A-Za-z]\w*[.:])?(?:rows\[[^\]]*\]\.\w+|aggregates\.\w+))|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>\$\d+|[A-Za-z_]\w*(?:\[\d+\])?)|(?P<op>[-+*/×÷−(),]))"
)
_SIGNS = {"×": "*", "÷": "/", "−": "-"}
_INDEXED = re.compile(r"(value|baseline|series|premise)(?:_?(\d+)|\[(\d+)\])")
Result = Amount | datetime


@dataclass(frozen=True, slots=True)
class Operand:
    """A binding with the cells it led to."""

    binding: Binding
    cells: tuple[BoundCell, ...]

    def amounts(self) -> tuple[Amount, ...]:
        """The cells as amounts; raises DeriveError when one is no number."""
        return tuple(amount_of(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _Series:
    cells: tuple[BoundCell, ...]


_Value = Amount | _Series | datetime


def amount_of(cell: BoundCell) -> Amount:
    """A cell as an amount in its column's unit."""
    value = number(cell.value)
    if value is None:
        raise DeriveError(f"the cell {cell.column.name!r} of {cell.evidence.id} holds {cell.value!r}, not a number")
    return Amount(value if isinstance(value, int) else float(value), units.unit_of(cell.column.unit, cell.column.agg))


def evaluate(expression: str, operands: Sequence[Operand]) -> Result:
    """The value of an expression; a bare function name takes all operands. Raises DeriveError."""
    if len(expression) > MAX_LENGTH:
        raise DeriveError(f"the expression is longer than {MAX_LENGTH} characters")
    tokens = _tokens(expression)
    if len(tokens) == 1 and tokens[0][1] in _FUNCTIONS:
        return _FUNCTIONS[tokens[0][1]]([_operand_value(operand) for operand in operands])
    parser = _Parser(tokens, operands)
    value = parser.expression(0)
    if parser.left():
        raise DeriveError(f"unexpected {parser.left()!r} in {expression!r}")
    return _single(value) if isinstance(value, _Series) else value


def functions_in(expression: str) -> frozenset[str]:
    """The functions an expression names; raises DeriveError."""
    return frozenset(text for kind, text in _tokens(expression) if kind == "name" and text in _FUNCTIONS)


def _tokens(expression: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise DeriveError(f"cannot read {text[at:]!r} in {expression!r}")
        kind = str(match.lastgroup)
        tokens.append((kind, _SIGNS.get(match[kind], match[kind])))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: list[tuple[str, str]], operands: Sequence[Operand]) -> None:
        self._tokens, self._at, self._operands = tokens, 0, operands

    def left(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def expression(self, depth: int) -> _Value:
        return self._chain(depth, {"+": amounts.add, "-": amounts.subtract}, self._term)

    def _term(self, depth: int) -> _Value:
        return self._chain(depth, {"*": amounts.multiply, "/": amounts.divide}, self._factor)

    def _chain(self, depth: int, ops: Mapping[str, Callable[[Amount, Amount], Amount]], part: Callable[[int], _Value]) -> _Value:
        value = part(depth)
        while self.left() in ops:
            op = ops[self._next()[1]]
            value = op(_amount(value), _amount(part(depth)))
        return value

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise DeriveError("the expression ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _factor(self, depth: int) -> _Value:
        if depth > MAX_DEPTH:
            raise DeriveError("the expression is nested too deep")
        kind, text = self._next()
        if text == "(":
            value = self.expression(depth + 1)
            self._expect(")")
            return value
        if kind == "number":
            return _constant(text)
        if kind == "name" and text in _FUNCTIONS and self.left() == "(":
            return self._call(text, depth + 1)
        return _operand_value(_find(text, self._operands))

    def _call(self, name: str, depth: int) -> _Value:
        self._expect("(")
        arguments = [self.expression(depth)]
        while self.left() == ",":
            self._next()
            arguments.append(self._threshold() if name == "first_above" else self.expression(depth))
        self._expect(")")
        return _FUNCTIONS[name](arguments)

    def _threshold(self) -> Amount:
        kind, text = self._next()
        if kind != "number":
            raise DeriveError("first_above takes a number as threshold")
        return Amount(float(text), amounts.COUNT)

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise DeriveError(f"a {text!r} is missing")


def _constant(text: str) -> Amount:
    """A literal 100 turns a fraction into per cent, which units already do, so it is 1; other constants are no evidence."""
    if float(text) != 100:  # noqa: PLR2004 - per cent
        raise DeriveError(f"the constant {text} is not bound to evidence")
    return Amount(1, amounts.COUNT)


def _find(name: str, operands: Sequence[Operand]) -> Operand:
    for rule in (_by_path, _by_role, _by_position, _by_column):
        found = rule(name, operands)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise DeriveError(f"{name!r} fits {len(found)} operands")
    raise DeriveError(f"{name!r} is not among the bound operands")


def _by_path(name: str, operands: Sequence[Operand]) -> list[Operand]:
    bare = name.replace(" ", "")
    return [
        operand
        for operand in operands
        if bare in {operand.binding.path.replace(" ", ""), *(f"{operand.binding.evidence}{mark}{operand.binding.path}" for mark in ".:")}
    ]


def _by_role(name: str, operands: Sequence[Operand]) -> list[Operand]:
    same_role = [operand for operand in operands if operand.binding.role == name]
    match = _INDEXED.fullmatch(name)
    if same_role or not match:
        return same_role
    role = [operand for operand in operands if operand.binding.role == match[1]]
    index = int(match[3]) if match[3] else int(match[2]) - 1
    return role[index : index + 1] if index >= 0 else []


def _by_position(name: str, operands: Sequence[Operand]) -> list[Operand]:
    if name[0] == "$":
        index = int(name[1:]) - 1
    elif re.fullmatch(r"b\d+", name):
        index = int(name[1:])
    elif re.fullmatch(r"[a-d]", name) and not _by_column(name, operands):
        index = ord(name) - ord("a")
    else:
        return []
    return list(operands[index : index + 1]) if index >= 0 else []


def _by_column(name: str, operands: Sequence[Operand]) -> list[Operand]:
    return [operand for operand in operands if operand.cells and operand.cells[0].column.name == name]


def _operand_value(operand: Operand) -> _Value:
    if is_series(operand.binding.path):
        return _Series(operand.cells)
    return amount_of(operand.cells[0])


def _single(series: _Series) -> Amount:
    if len(series.cells) != 1:
        raise DeriveError(f"a series of {len(series.cells)} cells is not one number")
    return amount_of(series.cells[0])


def _amount(value: _Value) -> Amount:
    if isinstance(value, Amount):
        return value
    if isinstance(value, datetime):
        raise DeriveError("a time is not a number")
    return _single(value)


def _flat(arguments: Sequence[_Value]) -> list[Amount]:
    flat: list[Amount] = []
    for argument in arguments:
        flat += [amount_of(cell) for cell in argument.cells] if isinstance(argument, _Series) else [_amount(argument)]
    return flat


def _sum(arguments: Sequence[_Value]) -> Amount:
    flat = _flat(arguments)
    total = flat[0] if flat else Amount(0, amounts.COUNT)
    for part in flat[1:]:
        total = amounts.add(total, part)
    return total


def _extreme(pick: Callable[..., Amount]) -> Callable[[Sequence[_Value]], Amount]:
    def extreme(arguments: Sequence[_Value]) -> Amount:
        flat = _flat(arguments)
        if not flat:
            raise DeriveError("there is nothing to take an extreme of")
        return pick(flat, key=lambda amount: amount.to(flat[0].unit))

    return extreme


def _two(arguments: Sequence[_Value]) -> tuple[Amount, Amount]:
    if len(arguments) != 2:  # noqa: PLR2004 - ratio and pct_change take two
        raise DeriveError(f"two operands are needed, {len(arguments)} given")
    return _amount(arguments[0]), _amount(arguments[1])


def _count(arguments: Sequence[_Value]) -> Amount:
    cells = [argument.cells if isinstance(argument, _Series) else (argument,) for argument in arguments]
    return Amount(sum(len(part) for part in cells), amounts.COUNT)


def first_above(cells: Sequence[BoundCell], threshold: float) -> datetime | None:
    """When a series first exceeds a threshold (in its own unit); None if never or without a time column."""
    timed = []
    for cell in cells:
        column = next((column for column in cell.evidence.columns if column.type == "time"), None)
        at, value = instant((cell.row or {}).get(column.name)) if column else None, number(cell.value)
        if at is not None and value is not None and value > threshold:
            timed.append(at)
    return min(timed, default=None)


def _first_above(arguments: Sequence[_Value]) -> datetime:
    series, *rest = arguments
    if not isinstance(series, _Series) or len(rest) != 1:
        raise DeriveError("first_above takes a series and a threshold")
    at = first_above(series.cells, _amount(rest[0]).value)
    if at is None:
        raise DeriveError("the series never exceeds the threshold")
    return at


_FUNCTIONS: dict[str, Callable[[Sequence[_Value]], Amount | datetime]] = {
    "sum": _sum,
    "min": _extreme(min),
    "max": _extreme(max),
    "ratio": lambda arguments: amounts.divide(*_two(arguments)),
    "pct_change": lambda arguments: amounts.percent_change(*_two(arguments)),
    "count": _count,
    "first_above": _first_above,
}
