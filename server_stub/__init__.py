"""The central order store: HTTP over a database, and the whole life of an order.

Routes are thin, one module holds one step of that life, and one writer thread changes the books.
It knows the rule book (orders) and, for badges, printing; never a terminal or a scanner.
"""
