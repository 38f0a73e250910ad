"""Decisions: an intent and a `Run` give drafts of events, or a refusal with a reason a person can act on.

Pure: nothing is read or written here. Free texts are handed to `Context.seal`, which names the blob they will
be stored as.
"""
