"""One campaign, one file: frozen, validated settings read from params/campaigns/<name>.yml.

Nothing here knows the number 30 or the word Hanoi: every fact of a campaign (deadline, target, documents, groups,
units, period, sources) is a key of its file.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import os
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ansinh.errors import CampaignError, UserError
from ansinh.units import Register, Unit

DEFAULT_CAMPAIGN = "hanoi-tet-2024"
LISTS = ("beneficiaries", "register_matches", "accounts", "payments")
KINDS = (*LISTS, "corrections")
"""Kinds of lists, and the returned worklists that correct them."""
KIND_WORDS = {
    "beneficiaries": "Danh sách người thụ hưởng",
    "register_matches": "Kết quả đối chiếu của Công an",
    "accounts": "Danh sách tài khoản của ngân hàng, bưu điện",
    "payments": "Danh sách chi trả",
    "corrections": "Danh sách cần rà soát gửi lại",
}
"""What pages and workbooks call them."""

DEMO_MARKER = "demo.json"
"""Stands beside the sources of a demo city, written when they are complete."""

Severity = Literal["blocks_account", "blocks_payment", "warns"]
Actor = Literal["commune", "police", "bank", "post", "department"]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Settings(BaseModel):
    """Base of all parts of a campaign: frozen, and a key nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Document(Settings):
    """A document the campaign carries out."""

    number: str
    """As the document bears it, such as 61/UBND-KSTTHC"""
    date: dt.date
    """Day of issue"""
    issuer: str
    """Who issued it"""
    subject: str
    """What it is about, in the words of the document"""


Measure = Literal["clean", "complete", "coverage", "post", "holders", "declined", "usable", "deadline", "banks"]
"""What can measure an obligation (docs/measures.md): the figure its row of the directive page shows."""


class Obligation(Settings):
    """One obligation of the campaign: its number, what is to be done, who answers for it and what measures it."""

    id: str
    """Such as D1; stands on the directive page"""
    text: str
    """What is to be done, in the words of the order"""
    who: str = Field(description="Who answers for it, as pages name them")
    measure: Measure
    """Which figure measures it (docs/measures.md)"""


class Units(Settings):
    """Which register of units, which root, the level reported at and the part below it."""

    register_file: str = Field(alias="register", description="File name under params/units/, without .csv")
    root: str = Field(description="Code of the unit the campaign covers")
    level: Literal["district", "commune"] = Field(description="The level called unit in code")
    part: Literal["commune", "village"] = Field(description="The level below a unit")


class Group(Settings):
    """A policy group, as reported; `policies` are the policy codes it holds, by prefix ("5." holds 5.5a)."""

    id: Identifier
    """Short name used in the store and in standards"""
    name: str
    """Full name on pages"""
    short: str
    """Name in tables and figures"""
    policies: tuple[str, ...] = Field(min_length=1)
    """Policy codes, by prefix"""


class Standard(Settings):
    """A benefit standard in VND a month, multiplied by the coefficient of the policy code."""

    group: Identifier
    """Id of one of groups"""
    amount: int = Field(gt=0)
    """VND a month"""
    source: str
    """The decree or resolution that says so"""


class Query(Settings):
    """A list that comes from a database instead of a file. The address with its credentials is never in the campaign file."""

    name: Identifier
    """Stands where a file's name would stand"""
    kind: Literal["beneficiaries", "register_matches", "accounts", "payments"]
    """Which kind of list its rows are"""
    sql: str = Field(description="A query whose columns are named as headings are (params/headings.yml)")
    address_from: str = Field(
        pattern=r"^[A-Z][A-Z0-9_]*$",
        description="Environment variable with the address: postgresql://… or sqlite:///…, or file:PATH of a file that holds it",
    )


class Sources(Settings):
    """Where the files lie: a folder under the workspace, and glob patterns inside it per kind of list."""

    folder: str
    """Folder of the files, relative to the workspace"""
    beneficiaries: tuple[str, ...]
    register_matches: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    corrections: tuple[str, ...] = Field(default=("phan-hoi/*",), description="Returned worklists (docs/worklists.md)")
    queries: tuple[Query, ...] = ()

    @field_validator("folder", *KINDS)
    @classmethod
    def _inside(cls, value: Any) -> Any:
        for text in [value] if isinstance(value, str) else value:
            if Path(text).is_absolute() or ".." in Path(text).parts:
                raise ValueError(f"{text!r} must be a relative path without '..'")
        return value

    def patterns(self, kind: str) -> tuple[str, ...]:
        """Return the glob patterns of one kind of list (one of KINDS)."""
        patterns: tuple[str, ...] = getattr(self, kind)
        return patterns


class Calendar(Settings):
    """Office hours and holidays: what decides in hours, out of hours and weekend."""

    office_days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    """Weekdays with office hours; 1 is Monday"""
    office_from: dt.time = dt.time(8, 0)
    """Office hours begin"""
    office_to: dt.time = dt.time(17, 0)
    """Office hours end"""
    holidays: tuple[dt.date, ...] = ()
    """Days without office hours"""


class Disclosure(Settings):
    """How counts are protected before they are shown (docs/disclosure.md)."""

    threshold: int = Field(default=7, ge=0, description="Counts from 1 to this are not shown")
    rounding: int = Field(default=5, ge=1, description="Counts shown are rounded to a multiple of this; 1 is none")
    rate_minimum: int = Field(default=20, ge=0, description="Rates over fewer than this, as shown, are not shown")


class Notebooks(Settings):
    """Which notebooks (files under notebooks/, without .ipynb) run for the whole campaign and for each unit."""

    city: tuple[Identifier, ...] = ()
    """Run once, for the whole campaign"""
    unit: tuple[Identifier, ...] = ()
    """Run for every unit"""


class UnitException(Settings):
    """What differs for one unit, and why."""

    unit: str
    """Code of the unit"""
    deadline: dt.date | None = None
    """Its own deadline"""
    skip: bool = False
    """Whether its notebooks are left out"""
    reason: str
    """Why, in one sentence; stands in the file for whoever reads it next"""


class OwnCheck(Settings):
    """A check of the campaign's own: a condition in SQL over one documented view (docs/checks.md), true for the bad row."""

    id: Annotated[str, Field(pattern=r"^X[0-9]{2}$", description="X01 to X99, permanent")]
    version: int = Field(default=1, ge=1)
    """Raise it when the rule changes"""
    title: str
    """Title on pages, Vietnamese"""
    title_en: str
    """Title in code and documentation"""
    table: Literal["beneficiaries", "accounts", "payments"] = "beneficiaries"
    """Which rows it judges"""
    dimension: Literal["completeness", "validity", "consistency", "uniqueness", "accuracy", "timeliness"]
    """Quality dimension (ISO/IEC 25012)"""
    severity: Severity
    """What a failing row keeps from happening"""
    who: Actor
    """Who mends it"""
    remedy: str
    """What to do, in one Vietnamese sentence"""
    source: str
    mends: tuple[str, ...] = Field(default=(), description="Fields a worklist asks for (docs/worklists.md); none: an answer only")
    applies: str = "true"
    """SQL condition: the rows it applies to"""
    not_applicable_reason: str = ""
    """Why it does not apply to the others, Vietnamese"""
    fails: str
    """SQL condition, true for the bad row"""


class Checks(Settings):
    """Which checks are off, which severities and thresholds differ, and the campaign's own checks."""

    off: tuple[str, ...] = ()
    """Ids of checks that are not run"""
    severity: dict[str, Severity] = {}
    """Check id to another severity"""
    thresholds: dict[str, float] = {}
    """Name of a threshold to another value (docs/checks.md names them)"""
    own: tuple[OwnCheck, ...] = ()
    """The campaign's own checks"""


class Demo(Settings):
    """The synthetic city of a demo campaign; a campaign with this block says on every page that its data are synthetic."""

    people: int = Field(gt=0)
    """Persons of the synthetic city"""
    seed: int = 0
    """Same seed, same city"""
    history: tuple[dt.date, ...] = Field(default=(), description="Earlier as-of dates that a build judges first, so that pages can compare")


TAKEN = frozenset({"data", "params", "notebooks", "reports", "lib", "tests", "docs"})
"""Folders of a workspace that hold something else: no site is written there."""


class Site(Settings):
    """Where the published site is written, inside the workspace, and how many earlier sites are kept beside it."""

    output: str = "_site"
    keep: int = Field(default=3, ge=0, description="Earlier sites kept, to which `ansinh publish --rollback` returns")

    @field_validator("output")
    @classmethod
    def _apart(cls, value: str) -> str:
        path = Path(value)
        if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] in TAKEN:
            raise ValueError(f"{value!r} must be a relative path without '..', outside {', '.join(sorted(TAKEN))}")
        return value


class Campaign(Settings):
    """A whole campaign. `target` is a share (1.0 is 100 %); `as_of` is the only date the software knows as today."""

    name: Identifier
    """The file's name without .yml"""
    title: str
    """Title of the site"""
    place: str = Field(description="The root unit's name as used in sentences")
    authority: str
    """Who gives the order, as pages name it"""
    audience: Literal["public", "internal"] = "public"
    """public: small counts are withheld; internal: exact counts, every page says so"""
    as_of: dt.date
    """The snapshot's date, the only date a figure knows"""
    started: dt.date = Field(description="First day of account opening activity that is counted")
    deadline: dt.date
    """The day by which it must be done"""
    target: float = Field(default=1.0, gt=0, le=1)
    """The share to reach: 1.0 is 100 %"""
    period: Identifier
    """The payment period, YYYY-MM"""
    period_name: str
    """The period as pages name it"""
    documents: tuple[Document, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    units: Units
    groups: tuple[Group, ...] = Field(min_length=1)
    standards: tuple[Standard, ...] = ()
    sources: Sources
    calendar: Calendar = Calendar()
    disclosure: Disclosure = Disclosure()
    notebooks: Notebooks
    exceptions: tuple[UnitException, ...] = ()
    checks: Checks = Checks()
    demo: Demo | None = None
    site: Site = Site()

    @field_validator("period", mode="before")
    @classmethod
    def _period_as_text(cls, value: Any) -> Any:
        return str(value)

    @model_validator(mode="after")
    def _coherent(self) -> Campaign:
        if self.started > self.deadline:
            raise ValueError(f"started ({self.started}) lies after deadline ({self.deadline})")
        known = {group.id for group in self.groups}
        for standard in self.standards:
            if standard.group not in known:
                raise ValueError(f"standards: group {standard.group!r} is not one of groups ({', '.join(sorted(known))})")
        return self

    @property
    def synthetic(self) -> bool:
        """True when the data are the demo's."""
        return self.demo is not None

    def group_of(self, policy_code: str) -> str:
        """Return the id of the group that holds `policy_code` (longest prefix wins), or "other"."""
        best, found = -1, "other"
        for group in self.groups:
            for prefix in group.policies:
                if policy_code.startswith(prefix) and len(prefix) > best:
                    best, found = len(prefix), group.id
        return found

    def deadline_of(self, unit: str) -> dt.date:
        """Return the deadline of a unit, which an exception may set apart."""
        own = [item.deadline for item in self.exceptions if item.unit == unit and item.deadline]
        return own[0] if own else self.deadline


class Workspace:
    """The folders of one checkout: where everything of a campaign lies. The only place that builds paths."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    @classmethod
    def find(cls, start: Path | None = None) -> Workspace:
        """Find the workspace at or above `start` (default: ANSINH_WORKSPACE, else the current folder).

        A workspace holds params/campaigns/ and _quarto.yml. Raises UserError when there is none.
        """
        here = (start or Path(os.environ.get("ANSINH_WORKSPACE") or Path.cwd())).resolve()
        for folder in (here, *here.parents):
            if (folder / "params" / "campaigns").is_dir() and (folder / "_quarto.yml").is_file():
                return cls(folder)
        raise UserError(
            "This folder is not inside an An Sinh workspace (a folder with params/campaigns and _quarto.yml). Go to one, or name it with --workspace."
        )

    @property
    def params(self) -> Path:
        """Settings: campaigns/, units/, headings.yml, values.yml, banks.csv."""
        return self.root / "params"

    @property
    def notebooks(self) -> Path:
        """The parameterised notebooks, stored without outputs."""
        return self.root / "notebooks"

    @property
    def desk(self) -> Path:
        """Working copies of notebooks, made for work by hand; never a page, not under version control."""
        return self.notebooks / "ban-lam-viec"

    @cached_property
    def reports(self) -> Path:
        """What a build writes before the site."""
        return self.root / "reports"

    def sources(self, campaign: Campaign) -> Path:
        """Officials' files of a campaign. Restricted."""
        return self.root / campaign.sources.folder

    def data(self, campaign: Campaign) -> Path:
        """All restricted data of a campaign: store/, truth/ of a demo."""
        return self.root / "data" / campaign.name

    def store(self, campaign: Campaign, as_of: dt.date) -> Path:
        """Canonical tables of one snapshot. Restricted."""
        return self.data(campaign) / "store" / as_of.isoformat()

    def truth(self, campaign: Campaign) -> Path:
        """The demo's truth, never read by the pipeline. Restricted."""
        return self.data(campaign) / "truth"

    def runs(self, campaign: Campaign, as_of: dt.date) -> Path:
        """Executed and sealed notebooks of one snapshot."""
        return self.reports / "runs" / campaign.name / as_of.isoformat()

    def failed(self, campaign: Campaign, as_of: dt.date) -> Path:
        """Failed notebooks, as they stopped. Restricted, never a page."""
        return self.reports / "failed" / campaign.name / as_of.isoformat()

    def staged(self, campaign: Campaign) -> Path:
        """The sealed notebooks that passed the gate: a Quarto project of its own."""
        return self.reports / "site" / campaign.name

    def output(self, campaign: Campaign) -> Path:
        """The published site."""
        return self.root / campaign.site.output

    def campaign_file(self, name: str) -> Path:
        """Return the file of a campaign given by name or by path; raises CampaignError with the names there are."""
        given = Path(name)
        if given.suffix in {".yml", ".yaml"}:
            path = given if given.is_absolute() else Path.cwd() / given
        else:
            path = self.params / "campaigns" / f"{name}.yml"
        if not path.is_file():
            known = sorted(found.stem for found in (self.params / "campaigns").glob("*.yml"))
            raise CampaignError(f"There is no campaign {name!r}. Campaigns in params/campaigns: {', '.join(known) or 'none'}.")
        return path

    def campaign(self, name: str = DEFAULT_CAMPAIGN, as_of: dt.date | None = None) -> Campaign:
        """Read and validate a campaign; `as_of` replaces the file's own date.

        Raises CampaignError for a wrong key, for units its register does not have, and for a demo's files that it would pass off as real.
        """
        path = self.campaign_file(name)
        campaign = read_campaign(path, as_of)
        _must_have_units(path, campaign, self.register(campaign))
        self._must_be_real(path, campaign)
        return campaign

    def opened(self, name: str = DEFAULT_CAMPAIGN, as_of: dt.date | None = None) -> Campaign:
        """Read a campaign as `campaign` does, for work in this workspace: raises CampaignError too for a notebook that is not here.

        Apart from `campaign`, because a machine that helps has only the notebook it is to run (docs/batch.md).
        """
        path = self.campaign_file(name)
        campaign = self.campaign(name, as_of)
        known = sorted(notebook.stem for notebook in self.notebooks.glob("*.ipynb"))
        for key in ("city", "unit"):
            for notebook in getattr(campaign.notebooks, key):
                if notebook not in known:
                    likely = _near(notebook, known) or f"There are: {', '.join(known) or 'none'}."
                    raise CampaignError(
                        f"{path.name}: notebooks.{key} names {notebook!r}, and notebooks/ has no {notebook}.ipynb. {likely}"
                    )
        return campaign

    def _must_be_real(self, path: Path, campaign: Campaign) -> None:
        """Refuse a campaign of real files whose files are a demo's: no page of it would say that its data are synthetic."""
        if campaign.synthetic:
            return
        for folder in self.sources(campaign).parents:
            marker = folder / DEMO_MARKER
            if folder.is_relative_to(self.root) and marker.is_file():
                raise CampaignError(
                    f"{path.name}: sources.folder is {campaign.sources.folder}, where the synthetic lists of a demo lie, and the campaign has no block demo. "
                    f"Set sources.folder to the folder of your own files; or, if the files there are your own, remove {marker.relative_to(self.root).as_posix()}."
                )

    def register(self, campaign: Campaign) -> Register:
        """Read the register of units the campaign names; raises CampaignError when it cannot be read."""
        return _register(self.register_file(campaign))

    def register_file(self, campaign: Campaign) -> Path:
        """Return the file of the register of units the campaign names."""
        return self.params / "units" / f"{campaign.units.register_file}.csv"

    def units(self, campaign: Campaign) -> tuple[Unit, ...]:
        """Return the units the campaign reports at, in register order."""
        return self.register(campaign).under(campaign.units.root, campaign.units.level)


def _must_have_units(path: Path, campaign: Campaign, register: Register) -> None:
    """Refuse a root that the register lacks, or that has no unit of the reported level below it."""
    units = campaign.units
    found = {unit.code: unit for unit in register.units}
    root = found.get(units.root)
    if root is None:
        known = {unit.code: unit.name for unit in register.units if not unit.parent}
        bare = units.root.lstrip("0")
        meant = next((code for code in known if code.lstrip("0") == bare or bare.startswith(code)), None)
        likely = f"Did you mean {meant!r} ({known[meant]})?" if meant else f"Such as {', '.join(map(repr, list(known)[:3]))}."
        raise CampaignError(
            f"{path.name}: units.root is {units.root!r}, and {register.source} has no unit of this code. "
            f"Codes are text with their leading zeros. {likely}"
        )
    if not register.under(root.code, units.level):
        below = register.levels_under(root.code)
        above = found.get(root.parent)
        ways = [f"set units.level to {' or '.join(below)}"] if below else []
        ways += [f"set units.root to {above.code!r} ({above.name})"] if above and register.under(above.code, units.level) else []
        raise CampaignError(
            f"{path.name}: units.level is {units.level}, and {register.source} has none inside units.root {root.code!r} ({root.name}, a {root.level}). "
            f"To mend it, {', or '.join(ways) or 'choose another root or register'}."
        )


def _near(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" when a known name is close to `name`, else nothing."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {found[0]!r}?" if found else ""


_registers: dict[tuple[Path, int], Register] = {}


def _register(path: Path) -> Register:
    # One file is read once a process: 10,000 rows, asked for by every room.
    key = (path, path.stat().st_mtime_ns if path.is_file() else 0)
    if key not in _registers:
        _registers[key] = Register.read(path)
    return _registers[key]


def read_campaign(path: Path, as_of: dt.date | None = None) -> Campaign:
    """Read one campaign file; raises CampaignError naming the key, what was found and what is allowed."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise CampaignError(f"{path.name} is not valid YAML{place}. Check the indentation and quotes there.") from None
    if not isinstance(content, dict):
        raise CampaignError(f"{path.name} must hold keys such as name, title and deadline.")
    if as_of is not None:
        content["as_of"] = as_of
    try:
        campaign = Campaign.model_validate(content)
    except ValidationError as error:
        raise CampaignError(f"{path.name} is refused:\n" + "\n".join(_sentence(item) for item in error.errors())) from None
    if campaign.name != re.sub(r"\.ya?ml$", "", path.name):
        raise CampaignError(f"{path.name}: name is {campaign.name!r}; it must equal the file's name, {path.stem!r}.")
    return campaign


def _sentence(item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"]) or "the file"
    found = item.get("input")
    if item["type"] == "extra_forbidden":
        return f"  {key}: this key is not known. Remove it, or compare with docs/campaign.schema.json."
    if item["type"] == "missing":
        return f"  {key}: this key is missing. Add it."
    if item["type"].startswith("date") and isinstance(found, str):
        return f"  {key}: {found!r} is no date. Write year, month and day as in 2024-01-14."
    if item["type"] == "string_type" and isinstance(found, int):
        return f'  {key}: {found} is read as a number. Put it in quotes, with its leading zeros: "{found}".'
    shown = f", found {found!r}" if isinstance(found, (str, int, float, bool)) else ""
    return f"  {key}: {item['msg']}{shown}."


def campaign_schema() -> str:
    """Return the JSON schema of a campaign file, for editors (docs/campaign.schema.json)."""
    return json.dumps(Campaign.model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
