"""Doors for other people's figures on NEV adoption: each reads one layout into histories by market, or says all that is wrong."""
