"""Pages of self-regulation, read as somebody reads them. For its page tests."""

import re

from core import clock


def page(client, user, address, data=None):
    client.force_login(user)
    return client.get(address) if data is None else client.post(address, data)


def main(answer):
    """The page itself, without what every page has around it, as words."""
    text = answer.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[text.index("<main") : text.index("</main>")]))


def case_page(case, language="en"):
    return f"{'' if language == 'zh' else '/' + language}/own-rules/cases/{case.uuid}/"


def mine_page(case):
    return f"/en/own-rules/about-me/{case.uuid}/"


LETTER = {"how": "post", "proof": "挂号信1号", "on": lambda: clock.today().isoformat()}


def letter_fields():
    return {name: value() if callable(value) else value for name, value in LETTER.items()}
