"""Policies with one clause gone: each clause of their expressions, at any depth, replaced by true and by false."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.isolation.callers import CALLERS, Connection

_JOINED = re.compile(r"[()]|\s(?:AND|OR)\s")
_CLAIM = re.compile(
    r"\( SELECT \(*NULLIF\(current_setting\(.*?'(user_id|organization_id|role)'::text\)+(?:::uuid AS uuid\))?"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of an expression that stands beside others, or the whole."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One expression of a policy: USING or WITH CHECK."""

    table: str
    name: str
    roles: frozenset[str]
    part: str
    text: str

    def statement(self, expression: str) -> str:
        """What gives the policy another expression."""
        return f'alter policy "{self.name}" on {self.table} {self.part} ({expression})'


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy's expression with a clause replaced by a constant."""

    policy: Policy
    clause: Clause
    constant: str

    @property
    def expression(self) -> str:
        text = self.policy.text
        return f"{text[: self.clause.start]}{self.constant}{text[self.clause.end :]}"

    def __str__(self) -> str:
        gone = self.policy.text[self.clause.start : self.clause.end]
        short = " ".join(_CLAIM.sub(_named, gone).split())
        return f"{self.policy.name} of {self.policy.table} {self.policy.part}: {short} -> {self.constant}"


def _named(claim: re.Match[str]) -> str:
    return f"<{claim[1]}>"


def clauses(text: str) -> Iterator[Clause]:
    """The whole, and at every depth each operand of AND or OR: PostgreSQL prints every such group in parentheses."""
    yield Clause(0, len(text))
    groups: list[list[tuple[int, int]]] = [[]]
    starts = [0]
    for found in _JOINED.finditer(text):
        if found[0] == "(":
            groups.append([])
            starts.append(found.end())
        elif found[0] == ")":
            yield from _operands(groups.pop(), starts.pop(), found.start())
        else:
            groups[-1].append((found.start(), found.end()))


def _operands(joints: list[tuple[int, int]], start: int, end: int) -> Iterator[Clause]:
    for left, right in joints:
        yield Clause(start, left)
        start = right
    if joints:
        yield Clause(start, end)


async def policies(root: Connection) -> list[Policy]:
    """Every expression of every policy for a role that one of the callers has."""
    roles = {caller.role for caller in CALLERS.values()}
    records = await root.fetch("select * from pg_policies order by schemaname, tablename, policyname")
    return [
        Policy(f"{r['schemaname']}.{r['tablename']}", r["policyname"], frozenset(r["roles"]), part, r[column])
        for r in records
        for part, column in (("using", "qual"), ("with check", "with_check"))
        if r[column] and roles & set(r["roles"])
    ]


def mutants(found: list[Policy]) -> list[Mutant]:
    """All of them, but for those that change nothing."""
    return [
        Mutant(policy, clause, constant)
        for policy in found
        for clause in clauses(policy.text)
        for constant in ("true", "false")
        if policy.text[clause.start : clause.end] != constant
    ]
