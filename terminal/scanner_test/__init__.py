"""The scanner's self-test: one printed card, one scan, and all that stands between this scanner and a whole read.

Decides what a scanner's own set-up does to a known text, which settings of ours fit it, and what to change on the
device. Needs no store, no enrolment and no journal.
"""
