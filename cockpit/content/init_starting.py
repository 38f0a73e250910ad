"""The command lines that stop and start a service, by what was found to deploy it."""

from __future__ import annotations

from msgspec import Struct

from cockpit.content.proposal.service import Service, compose_command


class Starting(Struct, frozen=True):
    """The command lines that stop and start the service; `stop` is empty where the start does both.

    `stop_guess` and `start_guess` are why each is only assumed, empty where a file says so.
    """

    start: str
    stop: str = ""
    title: str = "Start the application"
    done_when: str = ""
    remark: str = ""
    stop_guess: str = ""
    start_guess: str = ""


def starting_of(found: Service, service: str) -> Starting:
    """Return what stops and starts a service on the way back, by the first of what deploys it that there is."""
    match found.deployer:
        case "compose" if found.compose is not None:
            words, name = compose_command(found.compose), found.compose.service
            tagged = f'{found.compose.variable}="$COCKPIT_TARGET_TAG" ' if found.compose.variable else ""
            up = "up -d" if tagged else "up -d --build"
            return Starting(
                f"{tagged}{words} {up} {name}",
                f"{tagged}{words} stop {name}",
                done_when=f"{tagged}{words} ps --status running -q {name} | grep -q .",
            )
        case "script":
            return _by_scripts(found)
        case _:
            unit = found.unit.name if found.unit is not None else f"{service}.service"
            known = found.unit is not None
            guess = "" if known else f"a unit {unit}; no unit, compose file or script is here"
            return Starting(
                f"sudo systemctl start {unit}",
                f"sudo systemctl stop {unit}",
                done_when=f"systemctl is-active --quiet {unit}",
                remark="" if known else "Assumed: a systemd unit. Write what really stops and starts it.",
                stop_guess=guess,
                start_guess=guess,
            )


def deploying_of(found: Service, service: str) -> Starting | None:
    """Return what takes the service to a newer version; None where nothing in the repository speaks of it."""
    by_script = _deploy_script(found)
    if by_script is not None:
        return by_script
    if not found.deployer:
        return None
    from msgspec.structs import replace

    starting = starting_of(found, service)
    return replace(
        starting,
        remark="Not known: what it takes besides, such as packages to install, a build, migrations to run.",
        start_guess=starting.start_guess or "no deploy script is here; it is taken to be a checkout and a new start",
    )


def _by_scripts(found: Service) -> Starting:
    scripts = found.scripts
    by_script = _deploy_script(found)
    if by_script is not None and (scripts.start is None or scripts.stop is None):
        return by_script
    if scripts.start is None:
        raise ValueError("no script was found")
    return Starting(
        scripts.start.value,
        scripts.stop.value if scripts.stop is not None else "",
        title=f"Start the target by {scripts.start.value}",
        remark="The target's own is run, as it is checked out; it is assumed to come back, and not to stay in front.",
        stop_guess=f"by its name, {scripts.stop.where} stops it" if scripts.stop is not None else "",
        start_guess=f"by its name, {scripts.start.where} starts what is checked out, and comes back"
        if scripts.stop is not None
        else f"by its name, {scripts.start.where} stops what runs and starts what is checked out",
    )


def _deploy_script(found: Service) -> Starting | None:
    script = found.scripts.deploy
    if script is None:
        return None
    return Starting(
        script.value,
        title=f"Deploy the target by {script.value}",
        remark="It is assumed to deploy what is checked out; $COCKPIT_TARGET_TAG tells it the target.",
        start_guess=f"{script.where} deploys what is checked out",
    )
