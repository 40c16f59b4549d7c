"""Nobody can work out from the published pages what they withhold: a linear-programming attacker tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansinh.campaign import Workspace
from tests import attacks
from tests.spec.disclosure import attacker

SAMPLE = 150


def test_the_attacker_is_no_straw_man() -> None:
    attack = attacker.Attack()
    for name, text in {"a": "15", "b": "15", "c": "≤ 7", "t": "25"}.items():
        attack.cell(name, text)
    attack.add_up("t", ["a", "b", "c"])
    assert attack.ranges(["c"])["c"] == (1, 1)


def page(folder: Path, id: str, headings: list[str], rows: list[list[str]], total: bool = True) -> Path:
    """Write a site of one page with one table of a unit, its last row the total."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join(
        f"<tr{' class=as-total' if total and row is rows[-1] else ''}>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows
    )
    (folder / "index.html").write_text(f"<table id={id}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", encoding="utf-8")
    return folder


def test_a_table_of_persons_the_attacker_cannot_read_is_refused_not_passed_by(tmp_path: Path) -> None:
    rows = [["Nữ", "120"], ["Nam", "≤ 7"]]
    with pytest.raises(AssertionError, match=r"column 'Người từ 80 tuổi' of the table 'bang-cao-tuoi': say what it counts in MEANINGS"):
        attacker.read(page(tmp_path, "bang-cao-tuoi", ["Giới tính", "Người từ 80 tuổi"], rows))
    with pytest.raises(AssertionError, match=r"in NUMBER_OF"):
        attacker.read(page(tmp_path, "bang-cao-tuoi", ["Giới tính", "Số người"], rows))
    assert attacker.read(page(tmp_path, "bang-cao-tuoi", ["Giới tính", "Tỷ lệ", "Số tiền"], [["Nữ", "…", "12.000"]])).at == {}


OF_THE_OLD = [["Nữ", "20"], ["Nam", "20"], ["Tổng số", "40"]]


def test_tables_that_contradict_each_other_are_named_and_so_is_the_remedy(tmp_path: Path) -> None:
    attack = attacker.read(page(tmp_path, "bang-cao-tuoi", ["Giới tính", "Đã có tài khoản"], OF_THE_OLD))
    attack.cell("city|Nam|covered", "20", "bang-gioi-tinh")
    attack.cell("city|Khác|covered", "50", "bang-gioi-tinh")
    attack.add_up("city|covered", ["city|Khác|covered", "city|Nam|covered"])
    with pytest.raises(
        AssertionError, match=r"city\|covered \(40\) against city\|Khác\|covered \(50\).*in bang-cao-tuoi, bang-gioi-tinh\. .*OTHER_PERSONS"
    ):
        attack.ranges(["city|covered"])
    with pytest.raises(AssertionError, match=r"city\|covered is '40' and '155' in bang-cao-tuoi, bang-tai-khoan"):
        attack.cell("city|covered", "155", "bang-tai-khoan")


def test_a_table_of_other_persons_has_a_total_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attacker, "OTHER_PERSONS", {"bang-cao-tuoi"})
    attack = attacker.read(page(tmp_path, "bang-cao-tuoi", ["Giới tính", "Đã có tài khoản"], OF_THE_OLD))
    attack.cell("city|covered", "155", "bang-tai-khoan")
    [(cells, _)] = attack.equations
    assert cells[0] == attack.at["city|bang-cao-tuoi covered"]
    assert attack.ranges(["city|covered"])["city|covered"] == (153, 157)


def test_no_withheld_count_of_a_published_site_has_only_one_possible_value(published: Workspace) -> None:
    attack = attacker.read(published.output(published.campaign()))
    assert len(attack.withheld) > 1000
    assert not attacks.narrowed(attack.ranges(attacks.targets(attack, 1, SAMPLE, days=1)))


def test_the_line_over_time_and_the_files_to_download_tell_no_more_than_the_tables(published: Workspace) -> None:
    site = published.output(published.campaign())
    attack = attacker.read(site)
    assert sum("|day " in name for name in attack.at) > 300, "the figures were read"
    assert attacker.more_in_files(site) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nor_has_any_for_one_who_kept_the_pages_of_three_days(empty_workspace: Workspace, tmp_path: Path, seed: int) -> None:
    sites = attacks.sites_of_days(empty_workspace, tmp_path, seed, people=6000)
    attack = attacker.read_days(sites)
    names = attacks.targets(attack, seed, 4 * SAMPLE, days=len(sites))
    assert len(names) == 4 * SAMPLE
    assert not attacks.narrowed(attack.ranges(names))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nor_has_any_other_of_another_city(empty_workspace: Workspace, seed: int) -> None:
    attack = attacker.read(attacks.site_of_a_day(empty_workspace, seed, people=6000))
    assert not attacks.narrowed(attack.ranges(attacks.targets(attack, seed, 4 * SAMPLE, days=1)))
