"""What is picked on one page, kept in the address, so that a link shows the same; the filters have their own place."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(9000, 12, 31)
"""What a picker of dates offers; days of other years cannot be kept in the store."""
PAGE_SHOWN = "_filter_page"
"""Where the state keeps the end of the address of the page that runs; the filters note it first."""
_WRITTEN = "_address_written"
_PAGE = "_address_page"


class Address:
    """The choices of one page. Pick them one by one, then write them into the address, all at once, at the end."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self._found = {name: st.query_params[name] for name in names if name in st.query_params}
        self._picked: dict[str, str] = dict(self._found)
        self._folds = set[str]()
        self._open: dict[str, list[str]] = {}
        # A reload, a link or a step back in the browser changed the address: it wins over what was picked. So it does
        # on a page that follows another one: a widget of the same name there is another widget, without a value yet.
        page = st.session_state.get(PAGE_SHOWN)
        self._is_news = st.session_state.get(_PAGE) != page or st.session_state.get(_WRITTEN) != self._found
        st.session_state[_PAGE] = page

    def pick(
        self, name: str, options: Sequence[str], default: str, widget: Callable[..., Any], label: str, **looks: Any
    ) -> str:
        """Show a widget that takes one of the options and return what is picked; the default is not written."""
        key = self._state(name)
        if self._is_news or st.session_state.get(key) not in options:
            asked = self._found.get(name)
            st.session_state[key] = asked if asked in options else default
        found = widget(label, options, key=key, **looks)
        picked = default if found is None else str(found)
        self._note(name, picked, default)
        return picked

    def asked(self, name: str, options: Sequence[str], default: str) -> str:
        """Return what is picked, or what the address asks for where nothing is shown to pick it with."""
        found = self._picked.get(name)
        return found if found in options else default

    def leave_out(self, name: str) -> None:
        """Take a word out of the address where there is nothing to pick."""
        self._picked.pop(name, None)

    def switch(self, name: str, label: str, **looks: Any) -> bool:
        """Show a switch that is on by default."""
        key = self._state(name)
        if self._is_news or key not in st.session_state:
            st.session_state[key] = self._found.get(name) != "off"
        is_on = bool(st.toggle(label, key=key, **looks))
        self._note(name, "on" if is_on else "off", "on")
        return is_on

    def text(self, name: str, label: str, longest: int, **looks: Any) -> str:
        """Show a box to type in and return what is typed, without the blanks around it."""
        key = self._state(name)
        if self._is_news or key not in st.session_state:
            st.session_state[key] = self._found.get(name, "")[:longest]
        typed = str(st.text_input(label, key=key, max_chars=longest, **looks) or "").strip()
        self._note(name, typed, "")
        return typed

    def day(self, name: str, default: date, label: str, **looks: Any) -> date:
        """Show a picker of one day and return the day; the default, which may move with the filters, is not written."""
        key, shown = self._state(name), self._state(f"{name}_default")
        is_moved = st.session_state.get(key) == st.session_state.get(shown) and st.session_state.get(shown) != default
        if self._is_news or is_moved or not st.session_state.get(key):
            st.session_state[key] = _day_of(self._found.get(name)) or default
        st.session_state[shown] = default
        picked = st.date_input(label, min_value=FIRST_DAY, max_value=LAST_DAY, format="YYYY-MM-DD", key=key, **looks)
        found = picked if isinstance(picked, date) else default
        self._note(name, found.isoformat(), default.isoformat())
        return found

    def fold(self, name: str, label: str, *within: str) -> Any:
        """Return a part of the page that is folded away until somebody opens it, to be filled where it is ``open``.

        While it is open the address has its name: as 1, or as the page of the rows that it shows. ``within`` names
        what is picked in it: an address that has one of these opens it too.
        """
        part = self._part(name, label, is_asked=not self._found.keys().isdisjoint((name, *within)))
        self._folds.add(name)
        if part.open:
            self._picked.setdefault(name, "1")
        else:
            for word in (name, *within):
                self.leave_out(word)
        return part

    def fold_of(self, word: str, name: str, label: str, icon: str) -> Any:
        """Return one of many parts that are folded away, as fold does; the address lists the open ones under a word."""
        opened = self._open.setdefault(word, [])
        part = self._part(name, label, is_asked=name in self._found.get(word, "").split(","), icon=icon)
        if part.open:
            opened.append(name)
        return part

    def page(self, name: str, pages: int, of: object) -> int:
        """Show page numbers and return the one picked; other rows (``of``) begin at their first page."""
        key, shown = self._state(name), self._state(f"{name}_of")
        number = st.session_state.get(key, 1)
        if self._is_news:
            asked = self._found.get(name, "1")
            number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        elif shown in st.session_state and st.session_state[shown] != of:
            number = 1
        st.session_state[shown] = of
        number = min(max(int(number), 1), pages)
        if key in st.session_state and st.session_state[key] != number:
            st.session_state[key] = number
        number = int(st.pagination(pages, default=number, key=key)) if pages > 1 else 1
        self._note(name, str(number), "" if name in self._folds else "1")
        return number

    def write(self) -> None:
        """Write what was picked; one step in the browser's history, whatever changed."""
        for word, opened in self._open.items():
            self._note(word, ",".join(opened), "")
        picked = {name: value for name, value in self._picked.items() if name in self._names}
        if picked != self._found:
            others = {name: value for name, value in st.query_params.to_dict().items() if name not in self._names}
            st.query_params.from_dict({**others, **picked})
        st.session_state[_WRITTEN] = picked

    def _part(self, name: str, label: str, *, is_asked: bool, icon: str | None = None) -> Any:
        key = f"open_{name}"
        if self._is_news or key not in st.session_state:
            st.session_state[key] = is_asked
        return st.expander(label, icon=icon, key=key, on_change="rerun")

    def _note(self, name: str, value: str, default: str) -> None:
        if value == default:
            self._picked.pop(name, None)
        else:
            self._picked[name] = value

    @staticmethod
    def _state(name: str) -> str:
        return f"address_{name}"


def _day_of(text: str | None) -> date | None:
    """Return the day that an address names; null when it names none that can be picked."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None
