"""What the sheet says in three languages at once. Printed text belongs to the template, not to the catalogues."""

from datetime import date

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905

DOCUMENTS = {
    "resident_id": ("居民身份证", "Resident identity card", "居民身分証"),
    "residence_permit": (
        "港澳台居民居住证",
        "Residence permit for Hong Kong, Macao and Taiwan residents",
        "香港・マカオ・台湾住民居住証",
    ),
    "foreign_permanent_resident": (
        "外国人永久居留身份证",
        "Foreign permanent resident identity card",
        "外国人永住者身分証",
    ),
    "travel_permit_hkm": (
        "港澳居民来往内地通行证",
        "Mainland travel permit for Hong Kong and Macao residents",
        "香港・マカオ住民内地通行証",
    ),
    "travel_permit_tw": (
        "台湾居民来往大陆通行证",
        "Mainland travel permit for Taiwan residents",
        "台湾住民大陸通行証",
    ),
    "passport": ("护照", "Passport", "旅券"),
}


def day(value: date) -> dict[str, str]:
    """A day as each language writes it."""
    han = f"{value.year}年{value.month}月{value.day}日"
    return {"zh": han, "en": f"{value.day} {MONTHS[value.month - 1]} {value.year}", "ja": han}


def period(first: date, last: date) -> dict[str, str]:
    """From one day to another; the year once where it is the same."""
    one, two = day(first), day(last)
    if first.year != last.year:
        return {
            "zh": f"{one['zh']}至{two['zh']}",
            "en": f"{one['en']} to {two['en']}",
            "ja": f"{one['ja']}～{two['ja']}",
        }
    han = f"{last.month}月{last.day}日"
    english = f"{first.day} {MONTHS[first.month - 1]} to {two['en']}"
    return {"zh": f"{one['zh']}至{han}", "en": english, "ja": f"{one['ja']}～{han}"}


def document(kind: str) -> dict[str, str]:
    return dict(zip(("zh", "en", "ja"), DOCUMENTS[kind], strict=True))
