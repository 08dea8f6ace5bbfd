"""Draws what the playbook says; it never computes."""
