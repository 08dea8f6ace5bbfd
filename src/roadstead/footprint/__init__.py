"""Which plants open where and when, and how cars flow, on the tree."""
