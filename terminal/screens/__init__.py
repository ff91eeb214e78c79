"""What stands on the glass: layouts, overlays and the live queue. Knows messages and records, never a port or a file."""
