"""What a price does to volume."""
