"""The home notebook's one screen: the campaign, the data at hand, the notebooks and what each tells."""

from __future__ import annotations

import datetime as dt

from ansinh.campaign import Campaign, Workspace
from ansinh.desk.copies import LEVELS, shipped
from ansinh.desk.state import Snapshot, State, snapshots, state
from ansinh.errors import UserError
from ansinh.show import Shown, numbers, paragraph, tables

NAMED = 3
"""Changed source files that are named; the others are counted."""


def home(campaign: str, as_of: str) -> Shown:
    """Explain the campaign, the data at hand and the notebooks (Vietnamese, one screen); raises UserError for what does not exist."""
    workspace, settings = opened(campaign, as_of)
    found = snapshots(workspace, settings)
    return _campaign(settings) + _data(settings, found, state(workspace, settings)) + _notebooks(workspace, settings)


def opened(campaign: str, as_of: str) -> tuple[Workspace, Campaign]:
    """Return the workspace around, and the campaign as of the date; raises UserError naming what is wrong."""
    workspace = Workspace.find()
    try:
        day = dt.date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise UserError(f'The parameter as_of is {as_of!r}; write it as "YYYY-MM-DD".') from None
    return workspace, workspace.opened(campaign, day)


def _campaign(campaign: Campaign) -> Shown:
    synthetic = " Dữ liệu mô phỏng, không phải số liệu thật." if campaign.synthetic else ""
    return paragraph(
        f"{campaign.title}. Cơ quan chỉ đạo: {campaign.authority}. Thời hạn {numbers.date(campaign.deadline)}, mục tiêu {numbers.percent(campaign.target, 0)}; "
        f"số liệu đến ngày {numbers.date(campaign.as_of)}.{synthetic}",
        "as-subject",
    )


def _data(campaign: Campaign, found: list[Snapshot], now: State) -> Shown:
    if not found:
        return paragraph(f"Chưa có số liệu. Chạy lệnh: ansinh build {campaign.name}", "as-answer")
    rows = [
        [
            numbers.date(item.day),
            numbers.count(item.units),
            numbers.count(item.persons),
            _freshness(now) if item.day == campaign.as_of else "lần trước, giữ để so sánh",
        ]
        for item in found
    ]
    note = "" if now.fresh else f"Để làm mới: ansinh build {campaign.name}"
    headings = ["Số liệu đến ngày", "Đơn vị có số liệu", "Người thụ hưởng", "Tình trạng"]
    return tables.plain("so-lieu-hien-co", "Số liệu hiện có", headings, rows, note, figures=(1, 2))


def _freshness(now: State) -> str:
    parts = []
    if now.unread:
        named = ", ".join(now.unread[:NAMED]) + (" …" if len(now.unread) > NAMED else "")
        parts.append(f"CŨ: {numbers.count(len(now.unread))} tệp nguồn mới, đã đổi hoặc đã bỏ ({named})")
    if not now.judged:
        parts.append("CŨ: danh sách hoặc tiêu chí đã đổi sau lần kiểm tra")
    pages = f"{numbers.count(now.done)} trong {numbers.count(now.jobs)} sổ tay đã niêm phong đúng với số liệu này"
    return "; ".join([*(parts or ["mới: đúng với các tệp nguồn"]), pages])


def _notebooks(workspace: Workspace, campaign: Campaign) -> Shown:
    batch = {*campaign.notebooks.city, *campaign.notebooks.unit}
    words = {"unit": "", "name": "Đơn vị", "place": campaign.place}
    rows = [
        [f"{name}.ipynb", LEVELS[page["level"]], page.get("description", page["title"]).format(**words), _when(name in batch)]
        for name, page in shipped(workspace).items()
    ]
    return tables.plain("cac-so-tay", "Các sổ tay", ["Sổ tay", "Cấp", "Nội dung", "Chạy tự động"], rows)


def _when(in_batch: bool) -> str:
    return "mỗi lần ansinh build" if in_batch else "theo yêu cầu"
