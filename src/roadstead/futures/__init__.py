"""A tree of policy and market states, and what each node is worth."""
