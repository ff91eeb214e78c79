"""Files from other systems into the store: what is read, what is refused, and why, line by line.

Decides what a row of a CSV means. Whether an order can be served is the store's judgement; this package only hands in
what is whole, and reports the rest.
"""
