"""The demonstration: a rendered catalogue and the searches that show it."""
