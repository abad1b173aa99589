"""Writes the parts of README.md that come from the code: the list of sources. `make docs` runs it; a test compares."""

from pathlib import Path

from etl.recognise import SOURCES

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- sources: written by make docs -->", "<!-- end of sources -->"


def source_list() -> str:
    """Return the table of sources, from what each source says about itself."""
    abouts = [source.about for source in SOURCES]
    rows = [
        f"| **{about.title}** | {_cell(about.how_to_get)} | {_cell(about.gives)} | {about.record} |" for about in abouts
    ]
    return "\n".join(["| source | how to get the file | what it gives | counted in |", "|---|---|---|---|", *rows])


def with_current_parts(text: str) -> str:
    """Return the text of README.md with its generated parts written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{source_list()}\n{END}{after}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    README.write_text(with_current_parts(README.read_text()))
