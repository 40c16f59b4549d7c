"""Nothing personal leaves by the side doors: screens, progress, errors, logs and all that a build with faults writes outside reports/failed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from ansinh.campaign import Workspace
from ansinh.site.gate import Gate
from tests.spec.evidence.test_same_bytes import HERE, ansinh, lay

pytestmark = pytest.mark.slow
FAULTS = {
    "raises": "row = audit._scope.con.execute('SELECT full_name, number FROM beneficiaries WHERE length(number) = 12 LIMIT 1').fetchone()\n"
    "print(row)\nimport sys; print(row, file=sys.stderr)\nraise ValueError(f'cannot read {row[0]} {row[1]}')",
    "converts": "audit._scope.con.execute('SELECT CAST(full_name AS INTEGER) FROM beneficiaries').fetchall()",
    "asks": "audit._scope.query('SELECT CAST(full_name AS INTEGER) AS x FROM beneficiaries', 'a question')",
    "warns": "import warnings\nrow = audit._scope.con.execute('SELECT full_name FROM beneficiaries LIMIT 1').fetchone()\n"
    "warnings.warn(row[0])\nraise SystemExit(row[0])",
}


def spoil(workspace: Workspace) -> None:
    """Put faults of every kind before a build: notebooks that quote people in what they raise, lists that cannot be read."""
    source = nbformat.read(workspace.notebooks / "directive.ipynb", as_version=4)
    for name, code in FAULTS.items():
        broken = nbformat.from_dict(json.loads(json.dumps(source)))
        broken.metadata["ansinh"] |= {"address": f"loi-{name}", "title": f"Lỗi {name}"}
        broken.cells.append(nbformat.v4.new_code_cell(code, id="loi"))
        nbformat.write(broken, workspace.notebooks / f"broken_{name}.ipynb")
    file = workspace.campaign_file("hanoi-tet-2024")
    names = ", ".join(f"broken_{name}" for name in FAULTS)
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r"city: \[.*\]", f"city: [directive, {names}]", text).replace(
            "unit: [district_cleanliness, district_coverage, district_payment]", "unit: [district_payment]"
        ),
        encoding="utf-8",
    )


def test_a_build_with_faults_says_nothing_of_anybody(tmp_path: Path) -> None:
    workspace = lay(tmp_path / "workspace")
    assert ansinh(workspace, "demo", env=HERE).returncode == 0
    campaign = workspace.campaign()
    sources = workspace.sources(campaign)
    (sources / "danh-sach" / "hong.xlsx").write_bytes(b"PK\x03\x04 Nguyen Van Hong 001099000001")
    (sources / "chi-tra" / "hong.csv").write_bytes("Nguyễn Văn Hỏng;001099000001;mười đồng\n\0\xff".encode("utf-16"))
    spoil(workspace)
    done = ansinh(workspace, "build", "--jobs", "2", env=HERE | {"ANSINH_DEBUG": ""})
    assert done.returncode == 1
    for name in FAULTS:
        assert f"broken_{name} city" in done.stdout, "each failure is told"
    again = ansinh(workspace, "build", "--jobs", "2", "--json", env=HERE)
    gate = Gate(workspace, campaign)
    personal = ("number", "name", "digits", "key")
    for said in (done.stdout, done.stderr, again.stdout, again.stderr):
        assert [(line, kind) for line, kind in gate.read(said) if any(word in kind for word in personal)] == []
    written = [
        path for path in workspace.reports.rglob("*") if path.is_file() and "failed" not in path.relative_to(workspace.reports).parts
    ]
    assert len(written) > 10
    for path in written:
        if path.suffix in (".woff2", ".xlsx") or path.suffix == ".owner":
            continue
        assert [(line, kind) for line, kind in gate.read(path.read_text(encoding="utf-8", errors="replace"))] == [], path.name
    held = "".join(path.read_text(encoding="utf-8") for path in (workspace.reports / "failed").rglob("*.ipynb"))
    assert next(gate.read(held), None) is not None, "the faults were real: what is restricted does quote people"
