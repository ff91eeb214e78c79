"""Measures every speed the README states, each beside a yardstick in the same run."""
