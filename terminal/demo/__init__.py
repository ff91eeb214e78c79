"""A whole small warehouse on one machine: an embedded store, a shop, the terminal, and a scanner to play with.

It drives the real commands and the real terminal from outside; nothing in the other rooms knows of it but one socket.
"""
