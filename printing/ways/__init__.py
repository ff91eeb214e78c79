"""The ways to paper, a module each; `printing.printers` imports the one that a printer's `kind` names."""
