"""One pure function over many tasks: here or in processes."""
