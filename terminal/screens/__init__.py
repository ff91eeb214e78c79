"""What stands on the glass: layouts, overlays and the live queue. They know messages and records, never a port."""
