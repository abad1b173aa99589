"""One look for everything that is drawn: colours by meaning, in light and dark, told apart by colour-blind eyes.

Blue is good or plain, orange-red is bad, grey is unknown or no data; a word or a mark always says the same as the
colour. The surfaces and the type come from .streamlit/config.toml.
"""

from typing import Any, Final

# Mid tones: at least 3 to 1 against the page in light and in dark, for pictures that cannot ask which one it is.
PLAIN: Final = "#3B82C4"
BAD: Final = "#D06A1F"
UNKNOWN: Final = "#7D8894"
FAINT: Final = "rgba(125, 136, 148, 0.28)"

_GOOD = "light-dark(#1D5FA8, #7DB3F0)"
_GOOD_SURFACE = "light-dark(#E6F0FA, #16293D)"
_BAD = "light-dark(#A83A0B, #F0915C)"
_BAD_SURFACE = "light-dark(#FCEEE5, #3A2114)"
_QUIET = "light-dark(#566373, #9AA8B7)"
_QUIET_SURFACE = "light-dark(#F2F5F8, #1B232D)"
_LINE = "light-dark(#CFD8E1, #344150)"

_MARK = (
    f'<g fill="none" stroke="{PLAIN}" stroke-width="2.4"><circle cx="16" cy="16" r="11"/>'
    f'<path d="M16 1v6M16 25v6M1 16h6M25 16h6"/></g><path d="M18 8l-7 9h5l-2 7 7-9h-5z" fill="{BAD}"/>'
)
# A bolt in a scope, alone for the browser's tab and with the name; one tone that reads on light and on dark.
ICON: Final = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">{_MARK}</svg>'
LOGO: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 32" width="150" height="32">{_MARK}'
    f'<text x="38" y="22.5" font-family="sans-serif" font-size="19" font-weight="700" fill="{PLAIN}">Boltscope</text>'
    "</svg>"
)

STYLE: Final = f"""<style>
.bs-quiet {{ color: {_QUIET}; }}
.bs-small {{ font-size: 0.87rem; line-height: 1.45; }}
.bs-chip {{ display: inline-block; padding: 0.05rem 0.5rem; border-radius: 999px; font-size: 0.84rem;
  font-weight: 600; }}
.bs-good {{ color: {_GOOD}; background: {_GOOD_SURFACE}; }}
.bs-bad {{ color: {_BAD}; background: {_BAD_SURFACE}; }}
.bs-unknown {{ color: {_QUIET}; background: {_QUIET_SURFACE}; }}
.bs-banner {{ border: 1px solid {_LINE}; border-left: 4px solid light-dark(#8A4B08, #F3B27E); border-radius: 6px;
  padding: 0.45rem 0.8rem; background: {_QUIET_SURFACE}; font-size: 0.92rem; }}
.bs-card p {{ margin: 0 0 0.35rem 0; overflow-wrap: anywhere; }}
.bs-card ul {{ list-style: none; margin: 0.35rem 0 0 0; padding: 0.45rem 0 0 0; border-top: 1px solid {_LINE}; }}
.bs-card li {{ display: flex; justify-content: space-between; gap: 0.8rem; margin: 0; padding: 0.05rem 0;
  font-size: 0.87rem; line-height: 1.45; }}
.bs-card li b {{ flex: 0 0 auto; max-width: 60%; font-weight: 600; text-align: right; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }}
.bs-card details {{ margin-top: 0.35rem; font-size: 0.87rem; }}
.bs-card summary {{ cursor: pointer; color: {_QUIET}; }}
.bs-banner code {{ font-size: 0.9em; }}
.bs-spark {{ margin: 0.35rem 0 0.25rem 0; }}
.bs-spark img {{ display: block; width: 100%; height: auto; }}
.bs-spark figcaption {{ display: flex; justify-content: space-between; gap: 0.6rem; color: {_QUIET};
  font-size: 0.78rem; line-height: 1.4; }}
.bs-plane-frame {{ container-type: inline-size; }}
.bs-plane-frame .bs-plane {{ list-style: none; display: flex; align-items: stretch; gap: 1.5rem; margin: 0;
  padding: 0; }}
.bs-plane li {{ flex: 1 1 0; min-width: 0; position: relative; margin: 0; padding: 0.6rem 0.65rem; border-radius: 8px;
  border: 1px solid {_LINE}; background: {_QUIET_SURFACE}; }}
.bs-plane li:not(:last-child)::after {{ content: "\\2192"; position: absolute; right: -1.28rem; top: 1.35rem;
  color: {_QUIET}; font-size: 1.05rem; line-height: 1; }}
.bs-plane h4 {{ margin: 0 0 0.3rem 0; padding: 0; font-size: 0.84rem; font-weight: 600; line-height: 1.25;
  min-height: 2.5em; }}
.bs-plane .bs-count {{ display: block; font-size: 1.3rem; font-weight: 600; line-height: 1.2;
  font-variant-numeric: tabular-nums; }}
.bs-plane .bs-unit {{ display: block; font-size: 0.8rem; color: {_QUIET}; line-height: 1.35; }}
.bs-plane .bs-facts {{ display: block; margin-top: 0.4rem; font-size: 0.8rem; line-height: 1.4;
  overflow-wrap: anywhere; }}
.bs-plane li.bs-absent {{ background: transparent; border-style: dashed; }}
.bs-plane li.bs-absent .bs-count {{ font-size: 0.95rem; color: {_QUIET}; }}
.bs-identity {{ display: flex; flex-wrap: wrap; gap: 0.4rem 1.1rem; align-items: center; }}
.bs-term {{ display: flex; align-items: center; gap: 1.1rem; }}
.bs-term span {{ font-size: 1.5rem; color: {_QUIET}; }}
.bs-term b {{ display: block; font-size: 1.7rem; font-weight: 600; line-height: 1.2;
  font-variant-numeric: tabular-nums; }}
.bs-term i {{ display: block; font-style: normal; font-size: 0.87rem; color: {_QUIET}; }}
@container (max-width: 900px) {{
  .bs-plane-frame .bs-plane {{ flex-direction: column; gap: 1.4rem; }}
  .bs-plane h4 {{ min-height: 0; }}
  .bs-plane li:not(:last-child)::after {{ content: "\\2193"; right: auto; left: 1rem; top: auto; bottom: -1.28rem; }}
}}
@media print {{ .bs-chip, .bs-plane li, .bs-banner {{ print-color-adjust: exact; }} }}
</style>"""


def plotly_layout(**changes: Any) -> dict[str, Any]:
    """Return the layout that every Plotly figure starts from; fonts and ground come from the app's theme."""
    layout: dict[str, Any] = {
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"fixedrange": True, "automargin": True},
        "yaxis": {"fixedrange": True, "automargin": True},
    }
    return layout | changes


def plotly_config(file_name: str) -> dict[str, Any]:
    """Return how a figure behaves: still, and with one button that saves it as SVG under a name without extension.

    The browser draws the picture itself and asks nobody; the button shows while the pointer is over the figure.
    """
    return {
        "displayModeBar": "hover",
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": file_name},
        "scrollZoom": False,
        "responsive": True,
    }
