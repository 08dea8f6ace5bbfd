"""How long each stage takes, and how much memory a whole run needs: `make bench`."""
