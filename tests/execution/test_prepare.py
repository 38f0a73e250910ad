"""What the readiness light looks at, and what it leaves alone."""

from __future__ import annotations

from cockpit.execution.readiness import Obstacles, readiness
from tests.execution.flight import Flight


def test_before_trust_no_program_of_the_repositorys_configuration_runs(flight: Flight) -> None:
    """A copied `.git` may name a filter that git runs as soon as it compares files."""
    workspace = flight.begin(trust=False)
    ran = flight.home / "ran"
    flight.git.output("config", "filter.mine.clean", f"touch '{ran}'; cat")
    (flight.repo / ".git" / "info").mkdir(exist_ok=True)
    (flight.repo / ".git" / "info" / "attributes").write_text("* filter=mine\n")
    (flight.repo / "VERSION").write_text("v9\n")

    before = readiness(workspace.run, workspace.code, Obstacles(trusted=False, held=""))
    assert not ran.exists()
    assert before.reasons == ("not trusted on this host: cockpit trust",)

    after = readiness(workspace.run, workspace.code, Obstacles(trusted=True, held=""))
    assert ran.exists()
    assert after.reasons == ("1 changed file in the work tree",)
