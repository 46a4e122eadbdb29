"""The documentation as a site: `./kireji docs` builds it with Sphinx.

Everything that a browser loads comes from the site itself: the theme has its own fonts, and
`_extensions/` writes equations as MathML, so that no script from another host is needed.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "Kireji"
author = "the Kireji contributors"
copyright = "the Kireji contributors; BSD-3-Clause"
html_title = "Kireji"

extensions = ["myst_parser", "mathml", "repository_files", "moving_maps"]
exclude_patterns = ["_build", "generate"]
myst_enable_extensions = ["dollarmath"]
# The anchors that a heading has on a code host: links between pages work there and here.
myst_heading_anchors = 4
# Plain links between pages, as a code host has them, and not Sphinx's own roles.
nitpicky = True

html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["kireji.css"]
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"alt_text": "Kireji: home"},
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": []}
