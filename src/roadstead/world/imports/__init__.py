"""Doors for the world's standard data: each reads one publisher's files into rows of the package's own tables, or says all that is wrong."""
