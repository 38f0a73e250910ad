"""Which program a step needs on this host, as far as its command plainly says."""

from __future__ import annotations

import pytest

from cockpit.execution.programs import missing_programs, program_of
from cockpit.release.plan import Plan, PlanStep
from tests.release.support import plan_to


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("sudo systemctl stop shop", "sudo"),
        ("RAILS_ENV=production bundle exec x", "bundle"),
        ("/usr/bin/env true", "/usr/bin/env"),
        ("./stop.sh && ./start.sh", ""),
        ("bin/stop", ""),
        ("cd /srv; make", ""),
        ('"$COCKPIT_X"', ""),
        ("PATH=/opt/x:$PATH tool", ""),
        ("if true; then x; fi", ""),
        ("(x)", ""),
        ("stop() { kill 1; }; stop", ""),
        ("", ""),
    ],
)
def test_the_program_that_a_command_begins_with(command: str, program: str) -> None:
    assert program_of(command) == program


def plan_of(*steps: PlanStep) -> Plan:
    from msgspec.structs import replace

    return replace(plan_to(), steps=steps)


def step(title: str, command: str, **more: object) -> PlanStep:
    from msgspec.structs import replace

    plain = PlanStep(id=title, title=title, kind="run", command=command, directory="/", timeout=1.0)
    return replace(plain, **more)


def test_what_is_not_here_is_named_once_and_what_may_fail_is_not() -> None:
    plan = plan_of(
        step("Stop", "no-such-program-x stop"),
        step("Stop", "no-such-program-x stop"),
        step("Start", "sh -c true"),
        step("Tell", "no-such-program-y", optional=True),
        step("Skip", "no-such-program-z", left_out="not here"),
    )
    assert missing_programs(plan, {"PATH": "/usr/bin:/bin"}) == [
        "step Stop: no-such-program-x is not found on this host"
    ]
