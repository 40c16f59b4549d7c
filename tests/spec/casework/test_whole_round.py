"""The whole round by the command: build, worklists, a filled-in list, a sample evaluated, build again, and the proof elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansinh import store
from tests.spec.casework.conftest import Sheet
from tests.spec.evidence.test_same_bytes import HERE, ansinh, lay


@pytest.mark.slow
def test_a_site_made_with_corrections_and_a_sample_is_rebuilt_elsewhere_byte_for_byte(tmp_path: Path) -> None:
    workspace = lay(tmp_path / "workspace")
    campaign = workspace.campaign()

    def run(*arguments: str) -> str:
        done = ansinh(workspace, *arguments, env=HERE)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("build", "--jobs", "2")
    out = workspace.data(campaign) / "ra-soat"
    run("worklists", "--out", str(out), "--for", "commune", "--unit", "001")
    path, number, row = next(
        (path, number, row)
        for path in sorted((out / "cap-xa").glob("*.xlsx"))
        for number, row in enumerate(Sheet(path).rows(), 2)
        if row["Trường cần sửa"] == "Số điện thoại"
    )
    sheet = Sheet(path)
    sheet.set(number, "Giá trị đúng", "0912345678")
    sheet.set(number, "Kết quả xử lý", "Đã sửa")
    sheet.save(workspace.sources(campaign) / "phan-hoi" / path.name)
    told = json.loads(run("build", "--jobs", "2", "--json"))
    assert told["corrections"]["applied"] == 1
    con = store.connect(workspace.store(campaign, campaign.as_of))
    mended = "SELECT count(*) FROM findings f JOIN mends m ON m.row_id = f.row_id WHERE m.rule = 'correction' AND check_id = ?"
    assert con.execute(mended, [row["Mã tiêu chí"]]).fetchall() == [(0,)]
    assert con.execute("SELECT original FROM mends WHERE rule = 'correction'").fetchall() == [(row["Giá trị hiện có"],)]

    run("run", "--notebook", "audit_sample", "--unit", "001")
    run("site")
    assert "built again the same" in run("verify", "--rebuild")
