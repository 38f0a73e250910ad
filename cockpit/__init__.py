"""The cockpit from which a release manager flies a production launch."""

__version__ = "0.1.0"
