"""Measures every speed the README states, each beside a yardstick in the same run.

A yardstick does only the work itself (append and flush, decode and insert, one key echoed); ours does it with
everything that makes it right. Ratios travel from machine to machine, milliseconds do not.
"""
