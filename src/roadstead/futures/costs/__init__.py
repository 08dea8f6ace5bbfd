"""What a car costs at the dealer, by every way there."""
