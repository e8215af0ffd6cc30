"""Certificates that nobody has: what designs are tried on. One as most are, and those that are hardest to set."""

from copy import copy
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from certificates.models import Certificate

# Fifty characters, as some names are when every part is written out.
LONG_NAME = "阿卜杜热西提·买买提尼亚孜·阿布都热合曼江·吐尔逊阿依古丽·艾尔肯江·买买提艾力·吾买尔江·艾尼瓦"[:50]
_ORDINARY = {
    "latin_name": "",
    "level": {"code": "SENIOR", "zh": "高级", "en": "Senior", "ja": "上級"},
    "training": {"zh": "高级技术经理人", "en": "Senior technology manager", "ja": "上級技術経理人（技術マネージャー）"},
    "title": {
        "zh": "高级技术经理人培训结业证书",
        "en": "Certificate of Completion, Senior Technology Manager Training",
        "ja": "上級技術経理人（技術マネージャー）研修修了証明書",
    },
    "issuer": {
        "zh": "岚江大学技术经理人培训基地",
        "en": "Lanjiang University Technology Manager Training Base",
        "ja": "嵐江大学技術経理人研修基地",
    },
    "cohort": {"year": 2026, "number": 3, "starts_on": "2026-10-09", "ends_on": "2026-11-18"},
}
_LONG_ISSUER = {
    "zh": "岚江省高等学校科技成果转化与技术转移人才培养联合体望海海洋产业与蓝色经济技术经理人实训基地（石桥分部）",
    "en": "Wanghai Marine Industry and Blue Economy Practical Training Base of the Joint Body of Universities "
    "of Lanjiang Province for Technology Transfer Talent, Shiqiao Branch",
    "ja": "望海海洋産業・ブルーエコノミー技術経理人実習研修基地（石橋支部）",
}
_THREE_ISSUERS = {
    "zh": "岚江大学技术经理人培训基地、望海市科技成果转化促进中心、石桥高新技术产业开发区管理委员会",
    "en": "Lanjiang University Training Base, Wanghai Centre for the Transfer of Research Results, "
    "Administration of the Shiqiao High-Technology Zone",
    "ja": "嵐江大学技術経理人研修基地、望海市科学技術成果移転促進センター、石橋ハイテク産業開発区管理委員会",
}
# Beside the base: one as most are, and three whose names are as long as one may be, to a character or two.
ORDINARY_CO_ISSUER = {
    "zh": "望海市科技成果转化促进中心",
    "en": "Wanghai Centre for the Transfer of Research Results",
    "ja": "望海市科学技術成果移転促進センター",
}
_LONG_CO_ISSUERS = (
    {
        "zh": "岚江省望海市海洋产业与蓝色经济科技成果转化促进中心石桥高新技术产业开发区东分中心",
        "en": "Wanghai Centre for Transfer of Research Results in Marine Industry and Blue Economy, Branch of the "
        "Shiqiao Hi-Tech Park",
        "ja": "望海市海洋産業・ブルーエコノミー科学技術成果移転促進センター石橋ハイテク産業開発区東部支部",
    },
    {
        "zh": "石桥县人民政府高新技术产业开发区管理委员会科技创新与成果转化服务中心驻岚州联络处",
        "en": "Service Centre for Innovation and Transfer of the Administration of the Shiqiao High-Technology Zone, "
        "Lanzhou Town Desk",
        "ja": "石橋県人民政府ハイテク産業開発区管理委員会科学技術革新・成果移転サービスセンター嵐州事務所",
    },
    {
        "zh": "岚江省高等学校科技成果转化与技术转移人才培养联合体理事会秘书处赤坎医学院地区分部",
        "en": "Secretariat of the Joint Body of Universities of Lanjiang Province for the Training of Technology "
        "Transfer Professionals",
        "ja": "嵐江省高等教育機関科学技術成果移転・技術移転人材育成連合体理事会事務局赤坎医学院地区支部",
    },
)
_LONG_CLASS = {"year": 2026, "number": 128, "starts_on": "2026-11-28", "ends_on": "2027-12-31"}
LATIN = "ABDURISHIT MAMATNIYAZ ABDURAHMANJAN TURSUNAYGUL"
LONGEST = "longest"
SAMPLES = ("ordinary", "minority_name", "long_institution", "three_issuers", LONGEST)
_CHANGES: dict[str, dict[str, object]] = {
    "ordinary": {},
    "minority_name": {"holder_name": LONG_NAME, "latin_name": LATIN},
    "long_institution": {"holder_name": LONG_NAME[:18], "issuer": _LONG_ISSUER},
    "three_issuers": {"holder_name": "䶮文博", "issuer": _THREE_ISSUERS},
    LONGEST: {"holder_name": LONG_NAME, "latin_name": LATIN, "issuer": _LONG_ISSUER},
}


def co_issuers(number: int) -> list[dict[str, str]]:
    """So many of those with the longest names."""
    return [*_LONG_CO_ISSUERS[:number]]


def sample_for(name: str, places: int) -> Certificate:
    """The sample on which a design with so many places for co-issuers is looked at. One without any has to hold a
    base whose own name is that of three bodies."""
    if not places:
        return sample(name)
    made = copy(sample(name))
    together = {"ordinary": [ORDINARY_CO_ISSUER], "three_issuers": co_issuers(places), LONGEST: co_issuers(places)}
    made.facts = {**made.facts, "co_issuers": together.get(name, [ORDINARY_CO_ISSUER, *co_issuers(1)][:places])}
    if name == "three_issuers":
        made.facts["issuer"] = _ORDINARY["issuer"]
    return made


@cache
def sample(name: str) -> Certificate:
    """One of SAMPLES; all but the ordinary one have every line that a sheet can have, with the longest days."""
    changes = dict(_CHANGES[name])
    full = name != "ordinary"
    holder = str(changes.pop("holder_name", "高轩"))
    facts = {**_ORDINARY, **({"cohort": _LONG_CLASS} if full else {}), **changes}
    return Certificate(
        uuid=UUID(int=0),
        number="TM-S-2026-9901-00000123-P" if full else "TM-S-2026-9901-000123-P",
        code="0000000000000000",
        holder_name=holder,
        holder_document_type="residence_permit" if full else "resident_id",
        holder_document_masked="000***********0018",
        level="SENIOR",
        facts=facts,
        hours=Decimal("160.5") if full else Decimal("160.0"),
        completed_on=date(2027, 12, 31) if full else date(2026, 11, 18),
        issued_on=date(2027, 12, 31) if full else date(2026, 11, 20),
        valid_until=date(2030, 12, 31) if full else None,
        filing_number="备案（岚江）〔2027〕第000123号" if full else "",
    )


def longest(*, latin: bool, filing: bool, ends: bool, co_issuing: int = 0) -> Certificate:
    """The longest one with and without what a certificate may lack."""
    made = copy(sample(LONGEST))
    if co_issuing:
        made.facts = {**made.facts, "co_issuers": co_issuers(co_issuing)}
    if not latin:
        made.facts = {**made.facts, "latin_name": ""}
    if not filing:
        made.filing_number = ""
    if not ends:
        made.valid_until = None
    return made
