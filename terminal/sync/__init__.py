"""The terminal's half of the sync: facts up, folded records down, and the badge that says how it stands."""
