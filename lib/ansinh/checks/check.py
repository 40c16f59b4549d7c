"""What a check is: a declaration an auditor can read, cite and run by hand.

Polarity: `fails` is true for the BAD row. A row for which a `not_applicable` condition holds is neither good nor bad; the first
condition that holds gives the reason. Ids are permanent; a changed rule is a new version.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansinh.campaign import Actor, Severity

VIEW_OF = {"beneficiaries": "judged_beneficiaries", "accounts": "judged_accounts", "payments": "judged_payments"}
"""Table → the view its checks are written over (docs/checks.md lists the columns)."""
KEY_OF = {"beneficiaries": "record_id", "accounts": "account_id", "payments": "payment_id"}

DIMENSIONS = {
    "completeness": "Đầy đủ",
    "validity": "Hợp lệ",
    "consistency": "Nhất quán",
    "uniqueness": "Duy nhất",
    "accuracy": "Khớp CSDLQG về dân cư",
    "timeliness": "Kịp thời",
}
"""Quality dimensions (ISO/IEC 25012), in Vietnamese."""
SEVERITIES = {"blocks_account": "Cản trở mở tài khoản", "blocks_payment": "Cản trở chi trả", "warns": "Cảnh báo"}
ACTORS = {
    "commune": "UBND cấp xã, Tổ công tác 06",
    "police": "Công an",
    "bank": "Ngân hàng",
    "post": "Bưu điện",
    "department": "Phòng/Sở Lao động - Thương binh và Xã hội",
}


@dataclass(frozen=True)
class Check:
    """One check over the rows of one table.

    remedy and titles are Vietnamese, one sentence; source is the rule's legal or standard source; `completes` marks a field that
    opening an account needs (D2); `mends` names the fields a worklist asks for (intake.fields), of the judged table or as
    "register_matches.result"; none where no value mends it.
    """

    id: str
    title: str
    title_en: str
    severity: Severity
    who: Actor
    remedy: str
    source: str
    fails: str
    not_applicable: tuple[tuple[str, str], ...] = ()
    table: str = "beneficiaries"
    version: int = 1
    completes: bool = False
    dimension: str = ""
    mends: tuple[str, ...] = ()

    def outcome(self) -> str:
        """Return SQL for the outcome of one row: 0 passes, 1 fails, 2 and up the reason why it does not apply."""
        reasons = " ".join(f"WHEN {condition} THEN {number}" for number, (condition, _) in enumerate(self.not_applicable, 2))
        verdict = f"CASE WHEN coalesce({self.fails}, false) THEN 1 ELSE 0 END"
        return f"(CASE {reasons} ELSE {verdict} END)::UTINYINT" if reasons else f"({verdict})::UTINYINT"

    def sql(self) -> str:
        """Return the whole query that lists the rows that fail, as an auditor runs it."""
        conditions = [f"NOT coalesce({condition}, false)" for condition, _ in self.not_applicable] + [f"({self.fails})"]
        return f"SELECT {KEY_OF[self.table]}, person_id, unit\nFROM {VIEW_OF[self.table]}\nWHERE " + "\n  AND ".join(conditions)
