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
_INK = "light-dark(#465261, #BAC5D0)"
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
.bs-grid.bs-grid {{ list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr));
  gap: 0.8rem; margin: 0; padding: 0; }}
.bs-grid.bs-grid > li {{ margin: 0; padding: 0.7rem 0.85rem; border: 1px solid {_LINE}; border-radius: 8px;
  min-width: 0; overflow-wrap: anywhere; }}
.bs-grid p {{ margin: 0; }}
.bs-grid b {{ display: block; font-weight: 600; font-size: 1.06rem; line-height: 1.35; margin-top: 0.2rem; }}
.bs-grid .bs-value {{ font-size: 1.4rem; margin: 0.1rem 0 0.2rem 0; font-variant-numeric: tabular-nums; }}
.bs-answer p {{ margin: 0 0 0.5rem 0; overflow-wrap: anywhere; }}
.bs-answer .bs-verdict {{ font-size: 1.45rem; font-weight: 650; line-height: 1.25; }}
.bs-figures {{ display: flex; flex-wrap: wrap; gap: 0.9rem 2rem; margin-top: 0.7rem; }}
.bs-figures > div {{ min-width: 0; max-width: 100%; }}
.bs-figures b {{ display: block; font-size: 1.25rem; font-weight: 600; line-height: 1.2;
  font-variant-numeric: tabular-nums; }}
.bs-figures > div:first-child {{ flex-basis: 100%; }}
.bs-figures > div:first-child b {{ font-size: 2.5rem; }}
.bs-figures span {{ display: block; font-size: 0.87rem; line-height: 1.4; overflow-wrap: anywhere; }}
.bs-told {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 0.6rem 2rem; }}
.bs-told h4 {{ margin: 0; padding: 0; font-size: 0.87rem; font-weight: 600; }}
.bs-told p, .bs-told ul {{ margin: 0.15rem 0 0 0; font-size: 0.92rem; line-height: 1.45; overflow-wrap: anywhere; }}
.bs-told ul {{ padding-left: 1.1rem; }}
.bs-told summary {{ cursor: pointer; color: {_QUIET}; font-size: 0.92rem; }}
@container (max-width: 900px) {{
  .bs-plane-frame .bs-plane {{ flex-direction: column; gap: 1.4rem; }}
  .bs-plane h4 {{ min-height: 0; }}
  .bs-plane li:not(:last-child)::after {{ content: "\\2193"; right: auto; left: 1rem; top: auto; bottom: -1.28rem; }}
}}
:is([data-testid="stBaseButton-segmented_controlActive"], [data-testid="stBaseButton-pillsActive"]) {{
  color: {_GOOD} !important; }}
[data-testid="stPlotlyChart"] :is(.xtick, .ytick, .textpoint, .x2tick, .y2tick) text,
[data-testid="stPlotlyChart"] :is(.xtitle, .ytitle, .x2title, .y2title) {{ fill: {_INK} !important; }}
@media print {{ .bs-chip, .bs-plane li, .bs-banner {{ print-color-adjust: exact; }} }}
</style>"""

# One screen of a meeting: nothing but the question, in type that is read from the back of a room.
MEETING_STYLE: Final = f"""<style>
[data-testid=stSidebar], [data-testid=stExpandSidebarButton], [data-testid=stHeader] {{ display: none; }}
[data-testid=stMainBlockContainer] {{ padding: 1.6rem clamp(1rem, 3vw, 3.5rem) 1rem; max-width: none; }}
[data-testid=stBottomBlockContainer] {{ padding: 0.4rem clamp(1rem, 3vw, 3.5rem) 0.7rem; max-width: none; }}
.bs-meeting p {{ margin: 0; overflow-wrap: anywhere; }}
.bs-meeting .bs-asked {{ font-size: clamp(1.05rem, 1.6vw, 1.7rem); line-height: 1.3; color: {_QUIET}; }}
.bs-meeting .bs-big {{ font-size: clamp(1.7rem, 3.3vw, 3.6rem); font-weight: 650; line-height: 1.15;
  margin: 0.3rem 0 0.6rem 0; text-wrap: balance; }}
.bs-meeting .bs-long {{ font-size: clamp(1.15rem, 1.75vw, 2rem); line-height: 1.35; }}
.bs-meeting .bs-figure {{ margin-top: 1.4rem; }}
.bs-meeting .bs-figure b {{ display: block; font-size: clamp(2.6rem, 5.4vw, 6rem); font-weight: 650; line-height: 1.05;
  font-variant-numeric: tabular-nums; }}
.bs-meeting .bs-figure span {{ display: block; font-size: clamp(1rem, 1.4vw, 1.5rem); line-height: 1.4; }}
.bs-meeting .bs-list.bs-list {{ list-style: none; margin: 0; padding: 0; }}
.bs-meeting .bs-list.bs-list li {{ display: grid; grid-template-columns: 2.4em minmax(0, 1fr); margin: 0;
  padding: 0.5rem 0; border-top: 1px solid {_LINE}; font-size: clamp(1.1rem, 1.75vw, 2rem); line-height: 1.3; }}
.bs-meeting .bs-list li > span {{ color: {_QUIET}; font-variant-numeric: tabular-nums; }}
.bs-meeting ol.bs-list.bs-list li {{ font-size: clamp(1.2rem, 2.1vw, 2.5rem); padding: 0.55rem 0; }}
.bs-meeting .bs-list small {{ display: block; font-size: 0.68em; line-height: 1.4; color: {_QUIET}; }}
.bs-meeting .bs-list b {{ font-weight: 600; }}
.bs-meeting .bs-grid.bs-grid {{ margin-top: 1.4rem; }}
.bs-meeting .bs-grid p {{ font-size: clamp(0.95rem, 1.15vw, 1.25rem); line-height: 1.35; }}
.bs-meeting .bs-grid .bs-value {{ font-size: clamp(1.5rem, 2.3vw, 2.6rem); line-height: 1.15; }}
</style>"""


def plotly_layout() -> dict[str, Any]:
    """Return the layout that every Plotly figure starts from; fonts and ground come from the app's theme."""
    return {
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"fixedrange": True, "automargin": True},
        "yaxis": {"fixedrange": True, "automargin": True},
    }


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
