"""What each key of `cockpit.yaml` and of a checklist means, in a sentence: for the schema and for the reference."""

from __future__ import annotations

from msgspec import Struct

from cockpit.content.environments import ConfigurationFile, Section
from cockpit.content.keys.of_checklists import WORDS as _CHECKLISTS
from cockpit.content.keys.of_checks import WORDS as _CHECKS
from cockpit.content.keys.of_health import WORDS as _HEALTH
from cockpit.content.keys.of_people import WORDS as _PEOPLE
from cockpit.content.keys.of_plans import WORDS as _PLANS
from cockpit.content.keys.of_service import WORDS as _SERVICE
from cockpit.release.configuration import Configuration

WORDS: dict[type[Struct], dict[str, str]] = {**_SERVICE, **_PLANS, **_HEALTH, **_CHECKS, **_PEOPLE, **_CHECKLISTS}
WORDS[ConfigurationFile] = WORDS[Configuration]
WORDS[Section] = {
    "production": "whether it is production, where what has effects waits for a person",
    **{key: words for key, words in WORDS[Configuration].items() if key in Section.__struct_fields__},
}
