"""Files of training records as an office would send them."""

from datetime import date

from tests.accounts.sheets import xlsx
from tests.builders import resident_number

HEADS = ("证件类型", "证件号码", "姓名", "培训类别", "培训名称", "培训机构", "完成日期")


def row(name="高轩", number="", **values):
    given = {
        "证件类型": "居民身份证",
        "证件号码": number or resident_number(),
        "姓名": name,
        "培训类别": "社会化培训",
        "培训名称": "国家技术转移人才培养基地初级班",
        "培训机构": "岚江大学",
        "完成日期": date(2024, 6, 1),
    }
    return list((given | values).values())


def file(*rows):
    return xlsx(HEADS, *rows)


def mutual_file(*rows):
    """Each row ends with the document of its agreement."""
    return xlsx((*HEADS, "互认协议文号"), *rows)
