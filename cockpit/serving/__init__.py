"""The full-screen app in a browser: a gate, a page, and one process of the app for each browser window."""
