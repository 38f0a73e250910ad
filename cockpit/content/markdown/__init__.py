"""Markdown in and out: any checklist into a `Checklist`, and a `Checklist` into Markdown that reads back the same.

Nothing here is loaded by the commands that neither import nor export.
"""
