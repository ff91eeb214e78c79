"""Plain documents in, PDF pages on a printer out. Knows nothing of screens, scanners, journals or the store."""
