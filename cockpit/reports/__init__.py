"""The whole release on one page: what it says, and how it is written as Markdown and HTML. Pure: no I/O, no now."""
