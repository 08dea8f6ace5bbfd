"""What making and selling takes: capital, networks, what ties commitments, pledges."""
