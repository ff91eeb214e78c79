"""The exit codes of the terminal's commands besides 0."""

CANNOT_START = 2
"""Something has to be put right first; one sentence says what."""

UNEXPECTED_ERROR = 70
"""An error that nobody expected (sysexits.h, EX_SOFTWARE); a report lies where the sentence says."""
