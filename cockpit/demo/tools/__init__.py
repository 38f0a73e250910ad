"""The scripts a demo's `bin/` runs; each stands alone, on the standard library."""
