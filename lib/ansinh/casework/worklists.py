"""Worklists: one workbook for each commune, police post, bank, post office and department, to be filled in and sent back.

What comes back is read by intake as corrections (intake.corrections). docs/worklists.md tells the whole round.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ansinh import access
from ansinh.campaign import Campaign, Workspace
from ansinh.casework import restricted
from ansinh.casework.recipients import DEFAULT, KINDS, Kind
from ansinh.casework.rows import PRIORITY_WORDS, Rows, Task
from ansinh.casework.workbook import Column, Rule, choices, formula, hinted, workbook
from ansinh.errors import NotReady, UserError
from ansinh.identity.banks import Banks
from ansinh.intake import keys
from ansinh.intake.fields import Field
from ansinh.store import NO_UNIT, has_findings
from ansinh.units import Register, search_key

Progress = Callable[[str, int, int], None]

INDEX = "danh-muc.json"
"""What an export has written, beside it: files, kinds, units and rows; no names."""
BEFORE = (Column("STT", 5), Column("Mã dòng", 15), Column("Ưu tiên", 14))
PROPOSAL = Column("Đề xuất", 20)
"""Only in lists where something is proposed."""
AFTER = (
    Column("Mã tiêu chí", 8),
    Column("Lỗi phát hiện", 26),
    Column("Cách xử lý", 30),
    Column("Trường cần sửa", 15),
    Column("Giá trị hiện có", 18),
    PROPOSAL,
    Column("Giá trị đúng", 20, filled=True),
    Column("Kết quả xử lý", 17, filled=True),
    Column("Ghi chú xử lý", 20, filled=True),
)
_FORMS = {
    "number": "OR(LEN({cell})=12,LEN({cell})=9)",
    "receiver_number": "OR(LEN({cell})=12,LEN({cell})=9)",
    "phone": 'AND(LEN({cell})>=10,LEN({cell})<=11,LEFT({cell},1)="0")',
    "account_number": "AND(LEN({cell})>=6,LEN({cell})<=19)",
    "birth": "LEN({cell})>=8",
    "amount": "ISNUMBER(VALUE({cell}))",
}
"""Field → what a spreadsheet can check while it is typed; intake checks more."""


@dataclass(frozen=True)
class ListFile:
    """One workbook: its path below the folder, kind of recipient, unit ("" when it is of several), and its rows."""

    file: str
    kind: str
    unit: str
    rows: int


@dataclass(frozen=True)
class WorklistReport:
    """What an export wrote."""

    folder: Path
    files: tuple[ListFile, ...]

    @property
    def rows(self) -> int:
        """Rows of all workbooks written."""
        return sum(file.rows for file in self.files)


def worklists(
    workspace: Workspace,
    campaign: Campaign,
    out: Path,
    *,
    kinds: Sequence[str] = (),
    units: Sequence[str] = (),
    password: str = "",
    reason: str = "Giao danh sách cần rà soát cho đơn vị xử lý",
    progress: Progress | None = None,
) -> WorklistReport:
    """Write the worklists of a judged snapshot below `out` and one line a kind and unit into the access log.

    kinds narrows the recipients (recipients.KINDS), units the reported units (codes). Lists of an earlier export to the same folder
    that these replace are removed. Raises UserError for a place where lists may not stand or a folder that holds other things,
    NotReady before `ansinh check` has run.
    """
    folder = restricted.target(workspace, campaign, out)
    chosen = [_kind(name) for name in kinds or DEFAULT]
    known = [unit.code for unit in workspace.units(campaign)]
    for code in units:
        if code not in known:
            raise UserError(f"--unit {code}: {campaign.name} has no such unit. Codes are text with leading zeros, such as {known[0]}.")
    if not has_findings(workspace.store(campaign, campaign.as_of)):
        raise NotReady(f"There are no findings of {campaign.name} as of {campaign.as_of}. Run `ansinh check {campaign.name}` first.")
    kept = _cleared(folder, {kind.name for kind in chosen}, set(units))
    rows = Rows(workspace, campaign, keys.secret(workspace, campaign, make=True))
    lists = _Lists(workspace, campaign, folder, password, reason)
    tell = progress or (lambda stage, done, total: None)
    for number, kind in enumerate(chosen):
        tell("worklists: kinds of recipients", number, len(chosen))
        lists.write(kind, rows, units or (*known, NO_UNIT), tuple(units))
    tell("worklists: kinds of recipients", len(chosen), len(chosen))
    index = [asdict(file) for file in sorted((*kept, *lists.files), key=lambda file: file.file)]
    content = {"campaign": campaign.name, "as_of": campaign.as_of.isoformat(), "files": index}
    restricted.write(folder / INDEX, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    return WorklistReport(folder, tuple(lists.files))


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise UserError(f"--for {name}: there is no such recipient. Recipients: {', '.join(KINDS)}.")
    return KINDS[name]


def _cleared(folder: Path, kinds: set[str], units: set[str]) -> list[ListFile]:
    """Make the folder ready, remove what an earlier export left for the same recipients, and return what else it left."""
    index = folder / INDEX
    if folder.exists() and not index.is_file() and any(folder.iterdir()):
        raise UserError("--out holds other things. Name a new or empty folder: it is closed to all but you.")
    restricted.make_folder(folder)
    earlier = [ListFile(**file) for file in json.loads(index.read_text(encoding="utf-8"))["files"]] if index.is_file() else []
    kept = []
    for file in earlier:
        if file.kind in kinds and (not units or file.unit in units):
            path = (folder / file.file).resolve()
            if path.is_relative_to(folder):
                path.unlink(missing_ok=True)
        else:
            kept.append(file)
    return kept


class _Lists:
    """Writes the workbooks of one export."""

    def __init__(self, workspace: Workspace, campaign: Campaign, folder: Path, password: str, reason: str) -> None:
        self.files: list[ListFile] = []
        self._workspace, self._campaign, self._folder = workspace, campaign, folder
        self._password, self._reason = password, reason
        self._register = workspace.register(campaign)
        self._banks = Banks.read(workspace.params / "banks.csv")

    def write(self, kind: Kind, rows: Rows, units: Iterable[str], asked: tuple[str, ...]) -> None:
        """Write the workbooks of one kind of recipient: unit by unit, banks over all units at once."""
        whole = kind.by == "bank"
        gathered: list[Task] = []
        for unit in units:
            tasks = rows.tasks(kind, unit)
            if whole:
                gathered += tasks
            elif tasks:
                self._unit(kind, unit, tasks)
        if gathered:
            self._unit(kind, ",".join(asked), sorted(gathered, key=lambda task: task.order))

    def _unit(self, kind: Kind, unit: str, tasks: list[Task]) -> None:
        access.log(self._workspace, self._campaign, action=f"worklists {kind.name}", unit=unit, rows=len(tasks), reason=self._reason)
        parts: dict[str, list[Task]] = {}
        words: dict[str, str] = {}
        for task in tasks:
            name, recipient = _address(kind, task, self._register, self._banks)
            parts.setdefault(name, []).append(task)
            words.setdefault(name, recipient)
        for name, mine in sorted(parts.items()):
            path = self._folder / kind.folder / f"{name}.xlsx"
            restricted.make_folder(self._folder / kind.folder)
            restricted.make_folder(path.parent)
            restricted.write(path, _book(self._campaign, kind, words[name], mine), self._password)
            self.files.append(ListFile(path.relative_to(self._folder).as_posix(), kind.name, unit, len(mine)))


def _address(kind: Kind, task: Task, register: Register, banks: Banks) -> tuple[str, str]:
    """Return (file name without ending, recipient in words) of one task; the name begins with the unit's code."""
    if kind.by == "bank":
        bank = banks.get(task.part[0])
        return (
            (_slug(bank.short_name), bank.name)
            if bank
            else ("chua-xac-dinh-ngan-hang", "chưa xác định ngân hàng: giao cơ quan lập danh sách")
        )
    if task.unit == NO_UNIT:
        return "chua-xac-dinh-don-vi", "chưa xác định đơn vị"
    unit = register.get(task.unit)
    if kind.by == "unit":
        return unit.slug, unit.name
    code = task.part[0]
    if not code:
        return f"{unit.slug}-chua-ro-xa", f"{unit.name}, chưa rõ xã, phường"
    commune = register.get(code)
    name = commune.slug if code == unit.code else f"{unit.code}-{commune.slug}"
    words = commune.name if code == unit.code else f"{commune.name}, {unit.name}"
    if kind.by == "commune":
        return name, words
    village = task.part[1]
    return f"{name}/{_slug(village) or 'chua-ro-thon'}", f"{village or 'chưa rõ thôn, tổ dân phố'}, {words}"


def _slug(text: str) -> str:
    return search_key(text).replace(" ", "-")[:60]


def _book(campaign: Campaign, kind: Kind, recipient: str, tasks: Sequence[Task]) -> bytes:
    title = f"Danh sách cần rà soát: {kind.title} {recipient}" if kind.by != "bank" else f"Danh sách cần rà soát: {recipient}"
    proposed = any(task.proposal for task in tasks)
    after = tuple(column for column in AFTER if proposed or column is not PROPOSAL)
    columns = (*BEFORE, *(Column(column.heading, column.width) for column in kind.columns), *after)
    value, answer = len(columns) - 3, len(columns) - 2
    rules: dict[int, Sequence[Rule | None]] = {
        value: [_rule(task.field) for task in tasks],
        answer: [choices(task.answers) for task in tasks],
    }
    return workbook(
        campaign,
        title,
        list(_explanation(campaign, kind, tasks)),
        columns,
        [_cells(n, task, proposed) for n, task in enumerate(tasks, 1)],
        rules,
    )


def _cells(number: int, task: Task, proposed: bool) -> tuple[str, ...]:
    asked = task.field.label if task.field else ""
    priority = f"{task.priority} - {PRIORITY_WORDS[task.priority]}"
    proposal = (task.proposal,) if proposed else ()
    return (str(number), task.key, priority, *task.about, task.check_id, task.reason, task.remedy, asked, task.found, *proposal, "", "", "")


def _rule(field: Field | None) -> Rule | None:
    if field is None:
        return None
    if field.choices:
        return choices(field.choices)
    form = _FORMS.get(field.name)
    return formula(form, field.hint) if form else hinted(field.hint)


def _explanation(campaign: Campaign, kind: Kind, tasks: Sequence[Task]) -> Iterator[str]:
    kinds = Counter((task.priority, task.check_id, task.reason, task.remedy) for task in tasks)
    if campaign.synthetic:
        yield "Dữ liệu mô phỏng, không phải người thật."
    yield f"{campaign.title}. Số liệu đến ngày {campaign.as_of:%d/%m/%Y}; thời hạn {campaign.deadline:%d/%m/%Y}. {kind.title}: {kind.why}"
    yield f"Danh sách có {len(tasks)} dòng, xếp theo mức ưu tiên. Một bản ghi có nhiều lỗi thì có nhiều dòng; cùng một trường chỉ cần điền một lần."
    yield "# Cách làm"
    yield "1. Ở trang Danh sách, chỉ điền ba cột màu vàng. Không sửa, không xóa các cột khác, nhất là Mã dòng, Trường cần sửa và Giá trị hiện có."
    yield "2. Giá trị đúng: ghi giá trị đúng của trường nêu ở cột Trường cần sửa. Ô có danh sách thì chọn trong danh sách; ngày ghi ngày/tháng/năm."
    yield "3. Kết quả xử lý: chọn trong danh sách, kể cả khi không có giá trị để sửa. Dòng chưa làm thì để trống."
    yield "4. Lỗi đối chiếu với CSDLQG về dân cư có hai dòng: sửa thông tin, rồi ghi kết quả đối chiếu mới."
    yield "5. Gửi lại chính tệp này cho nơi giao, trước thời hạn. Lỗi đã sửa sẽ không còn trong danh sách lần sau."
    if any(task.proposal for task in tasks):
        yield "Cột Đề xuất: điều phần mềm suy ra từ danh sách, chưa phải là đúng. Xác minh; giá trị đề xuất đúng thì chép sang cột Giá trị đúng. Ô trống là không suy ra được."
    yield "# Trong danh sách này"
    for (priority, id, reason, remedy), rows in sorted(kinds.items()):
        yield f"{PRIORITY_WORDS[priority]} · {id} · {reason} ({rows} dòng). {remedy}"
    yield "# Bảo mật"
    yield "Danh sách chỉ có những người và những cột cần cho việc này. Việc giao danh sách được ghi nhật ký. Không in thừa, không gửi qua ứng dụng nhắn tin."
