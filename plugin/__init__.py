"""Joins write path and read path: command line, HTTP, install, local stack, demo."""
