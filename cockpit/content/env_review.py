"""What types alone cannot say about the variables of an env file, in `cockpit.yaml` and in a checklist directory."""

from __future__ import annotations

import re
from typing import TypeVar

from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.release.configuration import EnvRule, EnvSettings
from cockpit.release.library import EnvVariable

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def review_env(review: Review[T], env: EnvSettings, *where: Step) -> None:
    """Complain of what cannot be meant in the settings of an env file."""
    review.filled(env.file, *where, "file")
    for name, rule in env.variables.items():
        here = (*where, "variables", name)
        review.complain_of_key(variable_name_complaint(name), *here)
        review.filled(rule.group, *here, "group")
        review_rule(review, rule, *here)


def variable_name_complaint(name: str) -> str:
    """Return what is wrong with a variable's name, or nothing."""
    return "" if _NAME.fullmatch(name) else f"{quoted(name)} is not a variable's name: use letters, digits and '_'"


def review_rule(review: Review[T], rule: EnvRule | EnvVariable, *where: Step) -> None:
    """Complain of a variable whose type and whose bounds do not go together."""
    review.at_least(rule, 0, ("min_length",), *where)
    if rule.type == "choice" and not rule.choices:
        review.complain("a choice needs choices: list the accepted values", *where, "type")
    if rule.choices and rule.type != "choice":
        review.complain("choices are only looked at with 'type: choice': add that, or remove them", *where, "choices")
    if rule.writable and rule.type != "path":
        review.complain("only a path can be writable: add 'type: path', or remove it", *where, "writable")
    if rule.type == "secret" and rule.equals:
        review.complain("a secret never stands in this file: remove equals", *where, "equals")
