"""The watcher, put together on a workspace; and started for a screen that finds none."""
