"""Six charts: where cars go and what they meet, how each market is supplied, the tree, waterfalls, volumes, futures."""
