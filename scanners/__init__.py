"""What a scanner said: bytes, keys and pastes in, `Scan` and `Unreadable` out, all scanners as one stream.

Decides what one read is and what symbols and GS1 elements it holds. Refuses to know what a barcode means
on the floor, what a screen is and where a scan goes next.
"""
