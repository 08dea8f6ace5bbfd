"""What may happen, how likely it is, and on what evidence that rests."""
