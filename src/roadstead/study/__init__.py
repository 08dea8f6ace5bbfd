"""One file in, one result folder out: the only conductor."""
