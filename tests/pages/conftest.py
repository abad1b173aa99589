"""What holds for every page that a test runs: each picture it shows is one that Plotly accepts."""

from typing import Any

import pytest

from dashboard.charts.drawn import Drawn


@pytest.fixture(autouse=True)
def every_picture_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Plotly check each picture that a page shows, which the app itself leaves out."""
    shown = Drawn.to_dict

    def checked(self: Drawn) -> dict[str, Any]:
        self.checked()
        return shown(self)

    monkeypatch.setattr(Drawn, "to_dict", checked)
