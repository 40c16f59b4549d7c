"""Choosing a place from a list: a widget where ipywidgets is, a table of codes where it is not."""

from __future__ import annotations

from typing import Any

from ansinh.audit import Audit, open_audit
from ansinh.batch.plan import CITY, COMMUNE
from ansinh.campaign import Campaign, Workspace
from ansinh.desk.copies import copy, shipped
from ansinh.desk.screen import opened
from ansinh.errors import UnknownUnit
from ansinh.show import tables
from ansinh.units import Unit

WHOLE = "Toàn địa bàn"


def choose(campaign: str, unit: str = "", as_of: str = "") -> Choice:
    """Offer the campaign's places to choose from; show it as a cell's last line.

    `unit` is the code chosen at first; `as_of` the day (YYYY-MM-DD; default: the campaign's own). Without ipywidgets the result is a
    table of codes, and everything can be called: `choice.unit = "004"`, `choice.open()`, `choice.copy("district_coverage")`.
    """
    day = as_of or Workspace.find().campaign(campaign).as_of.isoformat()
    return Choice(*opened(campaign, day), unit)


class Choice:
    """A place being chosen. `unit` is its code, "" for the whole campaign."""

    def __init__(self, workspace: Workspace, campaign: Campaign, unit: str = "") -> None:
        self._workspace, self._campaign = workspace, campaign
        self._units = workspace.units(campaign)
        self._register = workspace.register(campaign)
        self._unit = ""
        self.unit = unit

    @property
    def unit(self) -> str:
        """Code of the place chosen, "" for the whole campaign."""
        return self._unit

    @unit.setter
    def unit(self, code: str) -> None:
        known = {unit.code for unit in (*self._units, *(part for unit in self._units for part in self._register.children(unit.code)))}
        if code and code not in known:
            raise UnknownUnit(
                f"{self._campaign.name} has no unit {code!r}. Codes are text with leading zeros, such as {self._units[0].code!r}."
            )
        self._unit = code

    def open(self) -> Audit:
        """Open the audit of the place chosen: the same figures as its page."""
        return open_audit(self._campaign.name, self.unit, self._campaign.as_of.isoformat())

    def copy(self, notebook: str) -> str:
        """Write a working copy of a notebook for the place chosen; returns its path below notebooks/, to open and run all of."""
        path = copy(self._workspace, self._campaign, notebook, self.unit)
        return path.relative_to(self._workspace.notebooks).as_posix()

    def notebooks(self) -> list[str]:
        """Return the notebooks that fit the level of the place chosen."""
        level = CITY if not self.unit else "unit" if any(unit.code == self.unit for unit in self._units) else COMMUNE
        fitting = {level} | ({COMMUNE} if level == "unit" and self._campaign.units.level == COMMUNE else set())
        return [name for name, page in shipped(self._workspace).items() if page["level"] in fitting]

    def __dir__(self) -> list[str]:
        return ["copy", "notebooks", "open", "unit"]

    def __repr__(self) -> str:
        return self._codes().text

    def _codes(self) -> Any:
        rows = [[unit.code, unit.name] for unit in self._units]
        note = 'Đặt unit = "mã" trong ô tham số của sổ tay, hoặc choice.unit = "mã" rồi choice.open(). Cài ipywidgets để chọn từ danh sách.'
        return tables.plain("ma-don-vi", "Mã đơn vị", ["Mã", "Đơn vị"], rows, note)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        try:
            import ipywidgets
        except ImportError:
            display(self._codes())
            return
        display(Panel(self, ipywidgets).box)

    def _parts(self, code: str) -> tuple[Unit, ...]:
        """Return the communes that have sheets of their own, below a unit."""
        return self._register.children(code) if self._campaign.units.level != COMMUNE else ()


class Panel:
    """The widget of a choice: place, commune, notebook, and a button that makes the working copy."""

    def __init__(self, choice: Choice, widgets: Any) -> None:
        self._choice = choice
        style = {"description_width": "7em"}
        self.place = widgets.Dropdown(
            options=[(WHOLE, ""), *((f"{unit.name} ({unit.code})", unit.code) for unit in choice._units)], description="Đơn vị", style=style
        )
        self.part = widgets.Dropdown(options=[("–", "")], description="Xã, phường", style=style)
        self.notebook = widgets.Dropdown(options=choice.notebooks(), description="Sổ tay", style=style)
        self.button = widgets.Button(description="Mở sổ tay", button_style="primary")
        self.answer = widgets.HTML()
        self.place.observe(self._placed, "value")
        self.part.observe(self._parted, "value")
        self.button.on_click(self._made)
        self.box = widgets.VBox([self.place, self.part, self.notebook, self.button, self.answer])
        self._preset()

    def _preset(self) -> None:
        code = self._choice.unit
        home = code if any(unit.code == code for unit in self._choice._units) else self._choice._register.get(code).parent if code else ""
        self.place.value = home
        if code != home:
            self.part.value = code

    def _placed(self, change: Any) -> None:
        self._choice.unit = self.place.value
        self.part.options = [("–", ""), *((part.name, part.code) for part in self._choice._parts(self.place.value))]
        self._follow()

    def _parted(self, change: Any) -> None:
        self._choice.unit = self.part.value or self.place.value
        self._follow()

    def _follow(self) -> None:
        self.notebook.options = self._choice.notebooks()
        self.answer.value = ""

    def _made(self, button: Any) -> None:
        path = self._choice.copy(self.notebook.value)
        # JupyterLab opens a link to a file below its root in a tab of its own.
        self.answer.value = f'<a href="/lab/tree/{path}" target="_blank" style="color:#0b6e99;text-decoration:underline">{path}</a>: mở rồi chọn Run ▸ Run All Cells.'
