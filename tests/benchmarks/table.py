"""The rows as a table for a terminal, for the README or for a program; and how a benchmark runs by itself."""

from __future__ import annotations

import argparse
import compileall
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cockpit
from tests.benchmarks.figures import LeftOut, Result, Row, Rows, Scale, Spread
from tests.benchmarks.machine import machine_line

HEADINGS = ("what", "ours", "peer or limit", "ratio", "rounds", "goal", "met")


@dataclass(frozen=True)
class Report:
    """All rows of one session, and what they were taken on and when."""

    results: Sequence[Result]
    scale: Scale
    machine: str
    at: str

    @classmethod
    def of(cls, results: Iterable[Result], scale: Scale) -> Report:
        """Measure, now and here, a cockpit that is compiled as its peers are: pip does so where it installs them."""
        compileall.compile_dir(Path(cockpit.__file__).parent, quiet=1)
        machine, at = machine_line(), time.strftime("%Y-%m-%d %H:%MZ", time.gmtime())
        return cls(list(results), scale, machine, at)

    @property
    def rows(self) -> list[Row]:
        """What was measured."""
        return [each for each in self.results if isinstance(each, Row)]

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "machine": self.machine,
            "at": self.at,
            "quick": self.scale.quick,
            "rows": [row.document() for row in self.rows],
            "left_out": {each.peer: each.why for each in self.results if isinstance(each, LeftOut)},
        }

    def text(self) -> str:
        """Return it for a terminal."""
        cells = [HEADINGS, *map(cells_of, self.rows)]
        widths = [max(len(row[n]) for row in cells) for n in range(len(HEADINGS))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        ]
        return "\n".join([*self._head(), "", *lines, *self._foot()])

    def markdown(self) -> str:
        """Return it as the README quotes it."""
        lines = [f"| {' | '.join(row)} |" for row in (HEADINGS, ["---"] * len(HEADINGS), *map(cells_of, self.rows))]
        return "\n".join(["  \n".join(self._head()), "", *lines, *self._foot()])

    def _head(self) -> list[str]:
        head = [self.machine, f"{self.at}; median (p10 to p90) of the rounds, ours and the peer's in turns"]
        return [*head, "QUICK: too little was measured to be quoted"] if self.scale.quick else head

    def _foot(self) -> list[str]:
        left = {each.peer: each.why for each in self.results if isinstance(each, LeftOut)}
        return ["", *(f"Left out: {peer} ({why})" for peer, why in left.items())] if left else []


def cells_of(row: Row) -> list[str]:
    """Return what stands in a row's columns."""
    goal = "" if row.goal is None else f"≤ {number(row.goal)}{'' if row.bounds == 'ratio' else f' {row.unit}'}"
    theirs = f"{row.peer} {spread(row.theirs, row.unit)}" if row.theirs else row.peer
    ratio = spread(row.ratios, "") if row.ratios else "–"
    met = {None: "", True: "yes", False: "NO"}[row.met]
    return [row.what, spread(row.ours, row.unit), theirs or "–", ratio, str(len(row.ours)), goal, met]


def spread(values: Sequence[float], unit: str) -> str:
    """Return median and spread with the unit."""
    found = Spread.of(values)
    middle = f"{number(found.median)} {unit}".rstrip()
    return middle if found.count == 1 else f"{middle} ({number(found.low)}–{number(found.high)})"


def number(value: float) -> str:
    """Return three significant digits, and no power of ten."""
    if value and abs(value) < 100:
        return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.1e}"
    return f"{value:,.0f}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what every benchmark takes."""
    parser.add_argument("--quick", action="store_true", help="only see that it runs: few rounds, small sizes")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON document")
    form.add_argument("--markdown", action="store_true", help="print the table as the README quotes it")


def show(report: Report, arguments: argparse.Namespace) -> None:
    """Print a report in the form that was asked for."""
    if arguments.json:
        print(json.dumps(report.document(), indent=2))
    else:
        print(report.markdown() if arguments.markdown else report.text())


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Return what was said to one benchmark run by itself, whose own options the parser has already."""
    add_options(parser)
    return parser.parse_args()


def report(rows: Rows, arguments: argparse.Namespace) -> None:
    """Measure and print as was said."""
    scale = Scale(quick=arguments.quick)
    show(Report.of(rows(scale), scale), arguments)


def run_alone(rows: Rows, description: str | None) -> None:
    """Run one benchmark that has no options of its own."""
    report(rows, parse(argparse.ArgumentParser(description=description)))
