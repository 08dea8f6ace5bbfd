"""One pure function over many tasks: here, in processes or on a cluster."""
