"""The style of the HTML report: light and dark, on screen and on paper."""

import re
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; --ink: light-dark(#1b232d, #e8edf2); --quiet: light-dark(#566373, #9aa8b7);
  --line: light-dark(#cfd8e1, #344150); --page: light-dark(#ffffff, #12181f); --ground: light-dark(#f2f5f8, #1b232d);
  --blue: light-dark(#1d5fa8, #7db3f0); --blue-ground: light-dark(#e6f0fa, #16293d);
  --bad: light-dark(#a83a0b, #f0915c);
  --s0: light-dark(#1d5fa8, #6ea8e8); --s1: light-dark(#d06a1f, #f0915c); --s2: light-dark(#3b8f7a, #63c2a9);
  --s3: light-dark(#7a5ba6, #b39ddb); --s4: light-dark(#566373, #9aa8b7); --s5: light-dark(#b0881a, #e0bc5a); }
:root { --p0: light-dark(#a9c8e8, #2c5580); --p1: light-dark(#f2bf95, #8a5130); --p2: light-dark(#a5d5c8, #2f6d5e);
  --p3: light-dark(#c9b9e2, #594483); --p4: light-dark(#b4bec9, #46525f); --p5: light-dark(#e5cf94, #7c6426); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5;
  font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-size: 16px; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.45rem; line-height: 1.3; margin: 3rem 0 0.75rem; padding-top: 1.25rem;
  border-top: 3px solid var(--blue); }
h3 { font-size: 1.1rem; line-height: 1.35; margin: 1.75rem 0 0.4rem; }
p, li, dd, td, h2, h3, figcaption { overflow-wrap: anywhere; unicode-bidi: plaintext; }
p { margin: 0 0 0.75rem; max-width: 75ch; }
.quiet { color: var(--quiet); font-size: 0.9rem; }
dl.lines { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 0.6rem 1.25rem; margin: 1.5rem 0; }
dl.lines dt { color: var(--quiet); } dl.lines dd { margin: 0; white-space: pre-line; max-width: 75ch; }
.verdict { font-size: 1.5rem; font-weight: 650; line-height: 1.3; margin: 0 0 0.4rem; }
.chip { display: inline-block; font-size: 0.85rem; font-weight: 600; padding: 0.05rem 0.6rem; border-radius: 999px;
  background: var(--blue-ground); color: var(--blue); margin: 0 0 0.5rem; }
.chip.open { background: var(--ground); color: var(--quiet); }
.lead { font-size: 1.1rem; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15rem 1.25rem; margin: 0 0 1.5rem;
  padding: 0.9rem 1.1rem; background: var(--ground); border-radius: 8px; font-size: 0.95rem; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; }
ol.contents { list-style: none; padding: 0; margin: 0; display: grid; gap: 0.6rem; }
ol.contents li { padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
ol.contents a { font-weight: 650; color: var(--blue); }
ol.contents span { display: block; color: var(--quiet); font-size: 0.9rem; }
.wide { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; font-size: 0.9rem; line-height: 1.4; }
.figures { width: 100%; }
th, td { padding: 0.35rem 0.7rem; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); }
th { background: var(--blue-ground); font-weight: 600; vertical-align: bottom; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } td.number { white-space: nowrap; }
td.code { white-space: nowrap; }
td { max-width: 26rem; } td.words { min-width: 11rem; } .figures td:first-child { min-width: 9rem; }
.figures td:last-child:not(.number):not(:empty) { min-width: 13rem; }
td.value { font-weight: 650; }
caption { text-align: start; font-weight: 600; padding: 0.4rem 0; }
figure { margin: 1.25rem 0; max-width: 46rem; }
figcaption { font-weight: 600; margin-bottom: 0.4rem; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
details { margin: 0.4rem 0 1rem; font-size: 0.9rem; } summary { cursor: pointer; color: var(--blue); }
.f-ink { fill: var(--ink); } .f-quiet { fill: var(--quiet); } .s-ink { stroke: var(--ink); }
.s-grid { stroke: var(--line); } .s-reference { stroke: var(--bad); } .f-reference { fill: var(--bad); }
.f-series-0 { fill: var(--s0); } .f-series-1 { fill: var(--s1); } .f-series-2 { fill: var(--s2); }
.f-series-3 { fill: var(--s3); } .f-series-4 { fill: var(--s4); } .f-series-5 { fill: var(--s5); }
.f-pale-0 { fill: var(--p0); } .f-pale-1 { fill: var(--p1); } .f-pale-2 { fill: var(--p2); }
.f-pale-3 { fill: var(--p3); } .f-pale-4 { fill: var(--p4); } .f-pale-5 { fill: var(--p5); }
.s-series-0 { stroke: var(--s0); } .s-series-1 { stroke: var(--s1); } .s-series-2 { stroke: var(--s2); }
.s-series-3 { stroke: var(--s3); } .s-series-4 { stroke: var(--s4); } .s-series-5 { stroke: var(--s5); }
@media (max-width: 40rem) { body { font-size: 15px; } h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; }
  dl.facts, dl.lines { grid-template-columns: 1fr; gap: 0; } dl.facts dd, dl.lines dd { margin-bottom: 0.5rem; }
  .chart { overflow-x: auto; } .chart svg { min-width: 34rem; } }
@page { size: A4 landscape; margin: 16mm 15mm 18mm;
  @bottom-left { content: "FOOTER"; font: 8pt sans-serif; color: #566373; width: 80%; }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #566373; } }
@media print { :root { color-scheme: light; } body { font-size: 10pt; background: none; }
  main { max-width: none; padding: 0; } h1 { font-size: 20pt; } h2 { font-size: 15pt; margin-top: 0; }
  article, section.start { break-before: page; } h2, h3, .verdict, figcaption { break-after: avoid; }
  figure { max-width: 145mm; margin: 8pt 0; } ol.contents { gap: 2pt; } ol.contents li { padding: 2pt 8pt; }
  ol.contents span { display: inline; margin-left: 8pt; }
  dl.facts { font-size: 8.5pt; padding: 5pt 8pt; margin-bottom: 6pt; } .lead { font-size: 11pt; }
  .verdict { font-size: 15pt; } h3 { font-size: 11pt; margin-top: 10pt; } .quiet, dl.lines { font-size: 9pt; }
  dl.lines { margin: 8pt 0; gap: 3pt 12pt; } article > p { max-width: none; }
  figure, li, .chip { break-inside: avoid; } .wide { overflow: visible; }
  thead { display: table-header-group; } tr { break-inside: avoid; } tr.long { break-inside: auto; }
  table { font-size: 8pt; } th { white-space: normal; } th, td { padding: 2pt 4pt; }
  td.words { min-width: 6rem; } td, th { font-size: 7.5pt; }
  .crowded table { font-size: 5.5pt; } .crowded th, .crowded td { padding: 1pt 2pt; font-size: 5.5pt; }
  th, .chip, dl.facts { print-color-adjust: exact; }
  dl.lines dt { break-after: avoid; } details.told { display: none; }
  .crowded td.words, .crowded td.code { min-width: 0; white-space: normal; }
  details::details-content { content-visibility: visible; } summary { list-style: none; color: var(--quiet); } }
"""


def style(footer: str) -> str:
    """Return the style sheet; the footer is printed on every page."""
    # Everything but letters and digits as its code: no text can end the string, the rule or the element.
    safe = re.sub(r"[^A-Za-z0-9]", lambda found: f"\\{ord(found[0]):x} ", footer)
    return _STYLE.replace("FOOTER", safe)
