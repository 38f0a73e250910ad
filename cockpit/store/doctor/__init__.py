"""Finds the faults that crashes, copies and other hands leave in a store, and mends what is safe to mend."""
