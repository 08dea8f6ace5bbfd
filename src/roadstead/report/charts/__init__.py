"""Charts of the playbook: where cars go and what they meet, how markets are supplied, the tree, waterfalls, volumes, futures.

Beside them drawings that are files of their own: a lane over the years, the outlook of markets, reliability of a back-test.
"""
