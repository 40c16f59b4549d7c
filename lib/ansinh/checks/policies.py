"""Policy codes with their age limits and coefficients: Decree 20/2021/NĐ-CP art. 5 and 6; Ordinance 02/2020/UBTVQH14 art. 3.

An amount is the campaign's standard times a coefficient. Merit allowances have their own tables, so their amounts are not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansinh.campaign import Campaign

OLDEST = 200
"""Beyond all ages: no upper limit."""


@dataclass(frozen=True)
class PolicyRule:
    """One policy code in one age band: coefficients that are due between `band_from` and `band_to` years, both included."""

    code: str
    age_from: int
    age_to: int
    band_from: int
    band_to: int
    coefficients: tuple[float, ...]


@dataclass(frozen=True)
class Policy:
    """One policy code as it is told: who it is for, and where the law says so; both Vietnamese."""

    code: str
    who: str
    source: str


_DECREE = "Nghị định 20/2021/NĐ-CP Điều 5 khoản {} và Điều 6"
POLICIES: tuple[Policy, ...] = (
    Policy("5.1", "Trẻ em dưới 16 tuổi không có nguồn nuôi dưỡng", _DECREE.format("1")),
    Policy("5.2", "Người từ đủ 16 đến 22 tuổi đang học, trước đó hưởng theo khoản 1", _DECREE.format("2")),
    Policy("5.3", "Trẻ em nhiễm HIV thuộc hộ nghèo", _DECREE.format("3")),
    Policy("5.4", "Người đơn thân thuộc hộ nghèo, cận nghèo đang nuôi con (hệ số theo số con)", _DECREE.format("4")),
    Policy("5.5a", "Người cao tuổi thuộc hộ nghèo không có người phụng dưỡng", _DECREE.format("5 điểm a")),
    Policy("5.5b", "Người từ đủ 75 đến dưới 80 tuổi thuộc hộ nghèo, cận nghèo ở vùng đặc biệt khó khăn", _DECREE.format("5 điểm b")),
    Policy("5.5c", "Người từ đủ 80 tuổi không có lương hưu, trợ cấp bảo hiểm xã hội", _DECREE.format("5 điểm c")),
    Policy("5.5d", "Người cao tuổi đủ điều kiện vào cơ sở trợ giúp, được nhận chăm sóc tại cộng đồng", _DECREE.format("5 điểm d")),
    Policy("5.6", "Người khuyết tật nặng, đặc biệt nặng", _DECREE.format("6")),
    Policy("5.7", "Trẻ em dưới 3 tuổi thuộc hộ nghèo, cận nghèo ở vùng đặc biệt khó khăn", _DECREE.format("7")),
    Policy("5.8", "Người nhiễm HIV/AIDS thuộc hộ nghèo không có thu nhập ổn định", _DECREE.format("8")),
)
"""Every code that has rules, in the order of the law."""

RULES: tuple[PolicyRule, ...] = (
    PolicyRule("5.1", 0, 15, 0, 3, (2.5,)),
    PolicyRule("5.1", 0, 15, 4, 15, (1.5,)),
    PolicyRule("5.2", 16, 22, 16, 22, (1.5,)),
    PolicyRule("5.3", 0, 15, 0, 3, (2.5,)),
    PolicyRule("5.3", 0, 15, 4, 15, (2.0,)),
    PolicyRule("5.4", 0, OLDEST, 0, OLDEST, (1.0, 2.0, 3.0, 4.0)),
    PolicyRule("5.5a", 60, OLDEST, 60, 79, (1.5,)),
    PolicyRule("5.5a", 60, OLDEST, 80, OLDEST, (2.0,)),
    PolicyRule("5.5b", 75, 79, 75, 79, (1.0,)),
    PolicyRule("5.5c", 80, OLDEST, 80, OLDEST, (1.0,)),
    PolicyRule("5.5d", 60, OLDEST, 60, OLDEST, (3.0,)),
    PolicyRule("5.6", 0, OLDEST, 0, 15, (2.0, 2.5)),
    PolicyRule("5.6", 0, OLDEST, 16, 59, (1.5, 2.0)),
    PolicyRule("5.6", 0, OLDEST, 60, OLDEST, (2.0, 2.5)),
    PolicyRule("5.7", 0, 2, 0, 2, (1.5,)),
    PolicyRule("5.8", 0, OLDEST, 0, OLDEST, (1.5,)),
)

KNOWN_PREFIXES = ("NCC.", "TP.")
"""Codes of other laws: merit (letters of art. 3 of the Ordinance) and the city's own resolutions."""


def amounts(rule: PolicyRule, campaign: Campaign) -> tuple[int, ...] | None:
    """Return the monthly amounts (VND) that may be due by a rule; None where the campaign has no standard for the code's group."""
    group = campaign.group_of(rule.code)
    standard = next((item.amount for item in campaign.standards if item.group == group), None)
    return tuple(round(standard * coefficient) for coefficient in rule.coefficients) if standard else None
