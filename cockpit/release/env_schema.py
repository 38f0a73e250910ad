"""The variables that the production environment must hold: the checklists' and those that `cockpit.yaml` adds."""

from __future__ import annotations

from cockpit.release.configuration import Configuration, EnvRule
from cockpit.release.library import EnvVariable, Library


def env_schema(configuration: Configuration, library: Library) -> tuple[EnvVariable, ...]:
    """Return every variable with its rule; the configuration's takes the place of a checklist's of the same name."""
    own = configuration.env.variables
    rules = {variable.name: variable for variable in library.env} if configuration.env.defaults else {}
    for name, rule in own.items():
        rules[name] = _variable(name, rule)
    return tuple(rule for name, rule in rules.items() if name not in own or not own[name].off)


def _variable(name: str, rule: EnvRule) -> EnvVariable:
    return EnvVariable(
        name=name, group=rule.group, type=rule.type, required=rule.required, applies=rule.applies,
        example=rule.example, equals=rule.equals, choices=rule.choices, min_length=rule.min_length, note=rule.note,
        writable=rule.writable,
    )  # fmt: skip
