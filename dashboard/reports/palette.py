"""Colours of reports on white paper, as in the dashboard: blue is plain, orange-red bad, grey quiet."""

from typing import Final

SERIES: Final = ("#1D5FA8", "#D06A1F", "#3B8F7A", "#7A5BA6", "#566373", "#B0881A")
"""Series of a chart, told apart by colour-blind eyes; marks differ as well."""
PALE: Final = ("#A9C8E8", "#F2BF95", "#A5D5C8", "#C9B9E2", "#B4BEC9", "#E5CF94")
"""The same colours where something must be seen on them."""
INK: Final = "#1B232D"
QUIET: Final = "#566373"
LINE: Final = "#CFD8E1"
GROUND: Final = "#F2F5F8"
BLUE_GROUND: Final = "#E6F0FA"
BLUE: Final = "#1D5FA8"
BAD: Final = "#A83A0B"
REFERENCE: Final = "#A83A0B"
