"""A body with a partner, and files as partners send them."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from accounts.models import AdminBody, Institution, User
from core import clock
from credit import services
from credit.models import ExchangePartner, ExchangeReceipt
from credit.services import Partner
from tests.accounts.sheets import csv_file
from tests.builders import make_institution, regulator
from tests.credit.cases import know_years

HEADS = (
    "记录编号", "记录种类", "来源单位", "统一社会信用代码", "证件类型", "证件号码", "依据名称", "依据条款", "文书号",
    "有效期起", "有效期止", "内容",
)  # fmt: skip
FIELDS = (
    "number", "kind", "source_body", "uscc", "id_type", "id_number", "statute", "article", "document", "valid_from",
    "valid_to", "text",
)  # fmt: skip


@dataclass
class Desk:
    """An officer of a body, its partner and an entity of the region."""

    officer: User = field(init=False)
    body: AdminBody = field(init=False)
    partner: ExchangePartner = field(init=False)
    entity: Institution = field(init=False)
    kind: str = "integrity"

    def __post_init__(self) -> None:
        know_years()
        self.officer = regulator("990000")
        self.body = self.officer.memberships.get().admin_body  # type: ignore[assignment]
        self.partner = self.another("岚江省科研诚信办公室")
        self.entity = make_institution("岚江大学", code="990100")

    def another(self, name: str, **words: Any) -> ExchangePartner:
        said = {"kind": self.kind, "name": name, "basis": "协议1号", "delivers": True, "receives": True}
        said["valid_from"] = clock.today() - timedelta(days=30)
        return services.enter_partner(actor=self.officer, body=self.body, partner=Partner(**{**said, **words}))

    def record(self, **words: Any) -> dict[str, Any]:
        """One record that is taken."""
        today = clock.today()
        said = {
            "number": "KY-1", "kind": "integrity_notice", "source_body": "岚江省科研诚信办公室",
            "uscc": self.entity.uscc, "statute": "科研失信行为调查处理规则", "article": "第30条",
            "document": "科诚〔2026〕1号",
            "valid_from": str(today - timedelta(days=10)), "valid_to": str(today + timedelta(days=300)),
            "text": "论文数据造假",
        }  # fmt: skip
        return {name: value for name, value in {**said, **words}.items() if value is not None}

    def receive(self, content: bytes, partner: ExchangePartner | None = None) -> ExchangeReceipt:
        """As somebody does who has looked at it."""
        to = partner or self.partner
        plan = services.preview_file(actor=self.officer, partner=to, content=content)
        return services.receive_file(actor=self.officer, partner=to, content=content, seen=plan.fingerprint)

    def reasons(self, *records: dict[str, Any]) -> list[str]:
        plan = services.preview_file(actor=self.officer, partner=self.partner, content=as_json(*records))
        return [line.reason for line in plan.lines]

    def token(self, *scopes: str, partner: ExchangePartner | None = None, days: int = 30) -> str:
        given = {"name": "接口", "scopes": scopes or ("credit:entity", "credit:end-notices"), "days": days}
        return services.make_token(actor=self.officer, partner=partner or self.partner, **given).secret


def as_json(*records: dict[str, Any]) -> bytes:
    return json.dumps({"records": list(records)}, ensure_ascii=False).encode()


def as_csv(*records: dict[str, Any]) -> bytes:
    return csv_file(HEADS, *([record.get(name, "") for name in FIELDS] for record in records))
