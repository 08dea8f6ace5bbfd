"""From many paths to a scenario tree of a chosen size, and how far the tree is from them."""
