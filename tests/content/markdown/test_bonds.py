"""Items from the deploy on speak of the version that is flown."""

from __future__ import annotations

import pytest

from cockpit.content.markdown.bonds import deploying
from tests.content.markdown.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "Deploy the new tag",
        "Deploy application code",
        "**Deploy** v2.1",
        "1. Roll out to all hosts",
        "Rollout in batches",
        "Release to production",
        "Publish v2",
        "Ship it!",
        "Go live",
        "Redeploy",
    ],
)
def test_lines_that_deploy(text: str) -> None:
    assert deploying(text)


@pytest.mark.parametrize(
    "text",
    [
        "Release notes are written",
        "Deployment plan is reviewed",
        "Deploy keys are rotated",
        "Deploy to staging",
        "Announce the release",
        "Launch checklist read",
        "Tests are green",
        "",
    ],
)
def test_lines_that_do_not(text: str) -> None:
    assert not deploying(text)


def test_what_follows_the_deploy_is_bound_and_what_recurs_is_not() -> None:
    text = """# Notes

## Before
- [ ] Deploy to staging
- [ ] Tests are green

## Launch
- [ ] Tell everybody
- [ ] The steps
  - [ ] Deploy the new tag
  - [ ] Look at the logs
- [ ] Health page shows the new version

## After
- [ ] Write the retrospective

## Maintenance
### Weekly
- [ ] Deploy the updates
"""
    bound = {item.text: item.binds for _, _, item, _ in read(text).checklist.walk()}
    assert bound == {
        "Deploy to staging": None,
        "Tests are green": None,
        "Tell everybody": None,
        "The steps": "commit",
        "Deploy the new tag": "commit",
        "Look at the logs": "commit",
        "Health page shows the new version": "commit",
        "Write the retrospective": "commit",
        "Deploy the updates": None,
    }
    assert not any(item.binds for _, _, item, _ in read("- [ ] Buy milk\n").checklist.walk())
