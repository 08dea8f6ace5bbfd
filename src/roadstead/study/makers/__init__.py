"""Chinese makers of the past: one case each by one rule, the places the plan picks, and the plants that came."""
