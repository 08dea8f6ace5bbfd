"""How the documentation is built: MyST pages, the furo theme, no network."""

from __future__ import annotations

from importlib.metadata import version as installed

project = "Roadstead"
author = "The Roadstead developers"
copyright = "2026, The Roadstead developers"
release = installed("roadstead")
version = release

extensions = ["myst_parser"]
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = "Roadstead"
html_show_sourcelink = False
