"""The doctor: looks at everything that a terminal on this machine needs, and says what to do where it fails.

Decides what is looked at and in which order. It changes nothing: no journal is opened for writing, no device enrolled.
"""
