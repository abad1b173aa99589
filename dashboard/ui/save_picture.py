"""The button beside a picture that saves it: reached by keyboard, which Plotly's own button over the figure is not.

It presses Plotly's button, so that both give the same file; the browser draws it and asks nobody.
"""

import streamlit as st

_HTML = """<button type="button">
<svg viewBox="0 0 24 24" width="17" height="17" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/></svg><span>Download SVG</span></button>"""
_CSS = """
button { display: inline-flex; align-items: center; gap: 0.45rem; box-sizing: border-box; min-height: 2.5rem;
  padding: 0.2rem 0.75rem; font: inherit; font-family: var(--st-font); font-size: 0.875rem; cursor: pointer;
  color: var(--st-text-color); background: transparent; border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
@media print { button { display: none; } }
"""
_JS = """export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.setAttribute("aria-label", data.label);
  button.onclick = () => {
    const charts = document.querySelectorAll('[data-testid="stPlotlyChart"]');
    const chart = [...charts].find((one) => one.closest(data.picture) !== null);
    chart?.querySelector(".modebar-btn")?.click();
  };
}
"""
_SAVE = st.components.v2.component("boltscope_save_picture", html=_HTML, css=_CSS, js=_JS)


def save_button(name: str) -> None:
    """Offer the picture of this name, which has been shown, as an SVG file.

    A name is a word of the program: letters, digits and underscores.
    """
    data = {"picture": f".st-key-picture_{name}", "label": f"Download SVG: {name.replace('_', ' ')}"}
    _SAVE(data=data, key=f"svg_{name}", width="content")
