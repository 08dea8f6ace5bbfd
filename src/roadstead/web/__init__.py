"""The web desk: cases, runs, what-ifs and look-ups in a browser, planned by worker processes; the extra `[web]` brings what it needs."""
