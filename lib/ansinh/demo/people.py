"""The people of the synthetic city, drawn with numpy: who they are, where they live, what they draw.

Nothing here depends on the as-of date: a person is the same in every snapshot. Names are made of common Vietnamese
name parts, numbers are random; that a number belongs to somebody cannot be ruled out, so treat them as invented, not as free.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from ansinh.campaign import Campaign, Workspace
from ansinh.identity.citizen_number import PROVINCE_CODES

SURNAMES = (
    *("Nguyễn",) * 38,
    *("Trần",) * 11,
    *("Lê",) * 10,
    *("Phạm",) * 7,
    *("Hoàng",) * 5,
    *("Vũ",) * 5,
    *("Đỗ",) * 4,
    *("Bùi",) * 3,
    *("Đặng",) * 3,
    *("Ngô",) * 2,
    *("Dương",) * 2,
    *("Phan", "Trịnh", "Đinh", "Lưu", "Đào", "Tạ", "Mai", "Hà", "Cao", "Lý"),
)
MIDDLES = {
    "male": ("Văn", "Văn", "Văn", "Đức", "Hữu", "Quang", "Đình", "Xuân", "Minh", "Ngọc", "Công", "Bá"),
    "female": ("Thị", "Thị", "Thị", "Thị", "Ngọc", "Thu", "Thanh", "Kim", "Hồng", "Bích", "Minh"),
}
GIVENS = {
    "male": (
        *("Hùng", "Dũng", "Tuấn", "Minh", "Hải", "Sơn", "Long", "Thắng", "Bình", "Hòa", "Khánh", "Phúc", "Tài", "Lâm", "Quân", "Cường"),
        *("Thành", "Trung", "Kiên", "Nam", "Đạt", "Hưng", "Tiến", "Thịnh", "Toàn", "Vinh", "Hiếu", "Lợi", "Phong", "Quyết", "Ước", "Thụy"),
    ),
    "female": (
        *("Lan", "Hoa", "Hương", "Mai", "Thủy", "Hà", "Nga", "Hằng", "Linh", "Yến", "Hạnh", "Liên", "Loan", "Oanh", "Phương", "Thảo"),
        *("Trang", "Vân", "Xuân", "Ngân", "Huệ", "Cúc", "Đào", "Lý", "Tâm", "Thơm", "Nhàn", "Tuyết", "Chi", "Quỳnh", "Thúy", "Hòa"),
    ),
}
RELATIONS = ("Bố", "Mẹ", "Ông", "Bà", "Con", "Anh", "Chị")


@dataclass(frozen=True)
class Policy:
    """One policy code of the demo: ages it is drawn for, share inside its group, coefficients of the group's standard."""

    code: str
    group: str
    ages: tuple[int, int]
    share: float
    text: str


POLICIES = (
    Policy("5.1", "protection", (1, 15), 0.03, "Trẻ em dưới 16 tuổi không có nguồn nuôi dưỡng"),
    Policy("5.2", "protection", (16, 21), 0.005, "Người từ 16 đến 22 tuổi đang học"),
    Policy("5.3", "protection", (1, 15), 0.001, "Trẻ em thuộc khoản 3 Điều 5"),
    Policy("5.4", "protection", (25, 55), 0.03, "Người đơn thân nghèo đang nuôi con"),
    Policy("5.5a", "protection", (60, 90), 0.09, "Người cao tuổi nghèo không có người phụng dưỡng"),
    Policy("5.5c", "protection", (80, 101), 0.46, "Người từ đủ 80 tuổi không có lương hưu"),
    Policy("5.5d", "protection", (62, 92), 0.004, "Người cao tuổi được nhận chăm sóc tại cộng đồng"),
    Policy("5.6", "protection", (3, 88), 0.37, "Người khuyết tật nặng, đặc biệt nặng"),
    Policy("5.8", "protection", (20, 59), 0.01, "Người thuộc khoản 8 Điều 5"),
    Policy("NCC.b", "merit", (95, 101), 0.01, "Người hoạt động cách mạng trước tổng khởi nghĩa"),
    Policy("NCC.g", "merit", (68, 92), 0.40, "Thương binh"),
    Policy("NCC.h", "merit", (68, 92), 0.15, "Bệnh binh"),
    Policy("NCC.i", "merit", (65, 90), 0.20, "Người hoạt động kháng chiến bị nhiễm chất độc hóa học"),
    Policy("NCC.tn", "merit", (45, 95), 0.24, "Thân nhân người có công"),
    Policy("TP.1", "other", (62, 90), 1.0, "Đối tượng theo Nghị quyết của Hội đồng nhân dân Thành phố"),
)
"""Source of codes, ages and coefficients: Decree 20/2021/NĐ-CP art. 5 and 6; Ordinance 02/2020/UBTVQH14 art. 3."""


def calibration(campaign: Campaign) -> dict[str, Any]:
    """Return what was really reported for a campaign, or nothing when no such file is shipped."""
    path = Path(__file__).with_name("calibration") / f"{campaign.name}.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


def coefficient(code: str, age: np.ndarray, grade: np.ndarray) -> np.ndarray:
    """Return the coefficient of a policy code (Decree 20/2021 art. 6); `grade` 0 is severe, 1 extremely severe disability."""
    young_or_old = (age < 16) | (age >= 60)
    table = {
        "5.1": np.where(age < 4, 2.5, 1.5),
        "5.2": np.full(age.shape, 1.5),
        "5.3": np.where(age < 4, 2.5, 2.0),
        "5.4": np.full(age.shape, 1.0),
        "5.5a": np.where(age < 80, 1.5, 2.0),
        "5.5c": np.full(age.shape, 1.0),
        "5.5d": np.full(age.shape, 3.0),
        "5.6": np.where(grade == 0, np.where(young_or_old, 2.0, 1.5), np.where(young_or_old, 2.5, 2.0)),
        "5.8": np.full(age.shape, 1.5),
    }
    return table.get(code, np.full(age.shape, 1.0))


def parts_of(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return one row per (unit, commune) people are drawn for, with a weight: unit, commune, kind, weight."""
    register, facts = workspace.register(campaign), calibration(campaign)
    rows = []
    for unit in workspace.units(campaign):
        for part in register.children(unit.code) or (unit,):
            rows.append((unit.code, part.code, part.kind, float(facts.get("persons_per_part", {}).get(part.kind, 500))))
    return pd.DataFrame(rows, columns=["unit", "commune", "kind", "weight"])


def draw_people(
    workspace: Workspace, campaign: Campaign, count: int, rng: np.random.Generator, lane: tuple[int, int] = (0, 1)
) -> pd.DataFrame:
    """Draw `count` persons: one row each with unit, commune, village, name, birth, sex, number, policy, amount, receiver.

    Persons are sorted by unit and commune; the index is the person's key.
    """
    places = parts_of(workspace, campaign)
    place = np.repeat(np.arange(len(places)), _shares(places, count, rng))
    people = places.loc[place, ["unit", "commune", "kind"]].reset_index(drop=True)
    people["village"] = _villages(people.pop("kind").to_numpy(), rng)
    people["sex"] = np.where(rng.random(count) < 0.56, "female", "male")
    policy = _policies(campaign, count, rng)
    people["policy_code"] = np.array([item.code for item in POLICIES])[policy]
    people["policy_group"] = np.array([item.group for item in POLICIES])[policy]
    people["policy_text"] = np.array([item.text for item in POLICIES])[policy]
    low = np.array([item.ages[0] for item in POLICIES])[policy]
    high = np.array([item.ages[1] for item in POLICIES])[policy]
    people["birth"] = _births(campaign.deadline, low, high, rng)
    people["age"] = ((pd.Timestamp(campaign.deadline) - people["birth"]).dt.days / 365.25).astype(int)
    people["full_name"] = _names(people["sex"].to_numpy(), rng)
    people["number"] = _numbers(people, calibration(campaign), rng, lane)
    people["issued"] = pd.Timestamp("2021-02-01") + pd.to_timedelta(rng.integers(0, 900, count), unit="D")
    people["phone"] = [
        f"0{head}{tail:08d}" for head, tail in zip(rng.choice([3, 5, 7, 8, 9], count), rng.integers(0, 10**8, count), strict=True)
    ]
    people["amount"] = _amounts(campaign, people, rng)
    return _receivers(people, rng)


def _shares(places: pd.DataFrame, count: int, rng: np.random.Generator) -> np.ndarray:
    """Share `count` among places: units in exact proportion to their weights, their parts unevenly around it."""
    by_unit = places.groupby("unit", sort=False)["weight"].sum()
    if len(by_unit) == len(places):
        # Units without parts below them are communes, and those differ in size.
        by_unit = by_unit * rng.lognormal(0, 0.35, len(by_unit))
    exact = by_unit / by_unit.sum() * count
    units = np.floor(exact).astype(int)
    units[(exact - units).sort_values(ascending=False).index[: count - units.sum()]] += 1
    shares = np.zeros(len(places), dtype=int)
    for code, total in units.items():
        rows = np.flatnonzero((places["unit"] == code).to_numpy())
        weights = places["weight"].to_numpy()[rows] * rng.lognormal(0, 0.25, len(rows))
        shares[rows] = rng.multinomial(total, weights / weights.sum())
    return shares


def _villages(kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    number = rng.integers(1, 11, len(kinds)).astype(str)
    return np.where(kinds == "xã", np.char.add("Thôn ", number), np.char.add("Tổ dân phố số ", number))


def _policies(campaign: Campaign, count: int, rng: np.random.Generator) -> np.ndarray:
    groups = calibration(campaign).get("group_share") or {"merit": 0.28, "protection": 0.70, "other": 0.02}
    weights = np.array([item.share * groups.get(item.group, 0.0) for item in POLICIES])
    return rng.choice(len(POLICIES), count, p=weights / weights.sum())


def _births(deadline: dt.date, low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> pd.Series:
    # A month's margin inside the age limits, so that nobody is planted on a birthday by accident.
    days = (low * 365.25 + 31 + rng.random(len(low)) * ((high - low) * 365.25 - 62)).astype(int)
    return pd.Series(pd.Timestamp(deadline) - pd.to_timedelta(days, unit="D"))


def _names(sexes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    names = np.empty(len(sexes), dtype=object)
    for sex in ("male", "female"):
        rows = np.flatnonzero(sexes == sex)
        surname, middle, given = (rng.choice(parts, len(rows)) for parts in (SURNAMES, MIDDLES[sex], GIVENS[sex]))
        names[rows] = [" ".join(words) for words in zip(surname, middle, given, strict=True)]
    return names


def _numbers(people: pd.DataFrame, facts: dict[str, Any], rng: np.random.Generator, lane: tuple[int, int]) -> np.ndarray:
    home, share = next(iter(facts.get("birth_province", {"001": 0.8}).items()))
    others = sorted(PROVINCE_CODES - {home})
    province = np.where(rng.random(len(people)) < share, home, rng.choice(others, len(people)))
    year = people["birth"].dt.year.to_numpy()
    century = (year // 100 - 19) * 2 + (people["sex"] == "female").to_numpy()
    heads = [f"{code}{digit}{yy % 100:02d}" for code, digit, yy in zip(province, century, year, strict=True)]
    numbers: list[str] = []
    taken: set[str] = set()
    which, lanes = lane
    tails = 10**6 // lanes
    for head, tail in zip(heads, rng.integers(0, tails, len(heads)), strict=True):
        number = f"{head}{tail * lanes + which:06d}"
        while number in taken:
            tail = (tail + 1) % tails
            number = f"{head}{tail * lanes + which:06d}"
        taken.add(number)
        numbers.append(number)
    return np.array(numbers, dtype=object)


def _amounts(campaign: Campaign, people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    standard = {item.group: item.amount for item in campaign.standards}
    age, grade = people["age"].to_numpy(), (rng.random(len(people)) < 0.3).astype(int)
    amounts = np.zeros(len(people), dtype=np.int64)
    for policy in POLICIES:
        rows = np.flatnonzero((people["policy_code"] == policy.code).to_numpy())
        base = standard.get(policy.group, standard.get("protection", 360_000))
        amounts[rows] = (base * coefficient(policy.code, age[rows], grade[rows])).astype(np.int64)
    return amounts


def _receivers(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give children and people without capacity a guardian, and a few of the old an authorised receiver."""
    people["incapable"] = (people["policy_code"] == "5.6") & (rng.random(len(people)) < 0.08)
    needs = (people["age"] < 16) | people["incapable"] | ((people["age"] >= 85) & (rng.random(len(people)) < 0.06))
    sexes = np.where(rng.random(len(people)) < 0.5, "female", "male")
    people["receiver_name"] = pd.Series(_names(sexes, rng), dtype=object).where(needs, None)
    people["receiver_relation"] = pd.Series(rng.choice(RELATIONS, len(people)), dtype=object).where(needs, None)
    serials = rng.integers(0, 10**6, len(people))
    numbers = [f"001{0 if sex == 'male' else 1}{70 + serial % 20:02d}{serial:06d}" for sex, serial in zip(sexes, serials, strict=True)]
    people["receiver_number"] = pd.Series(numbers, dtype=object).where(needs, None)
    return people
