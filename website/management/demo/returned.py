"""The returns of the demo, each lived through on its days: filed in time and late, accepted, sent back, corrected."""

from datetime import date, timedelta
from typing import Any

import yaml

from core.calendar import working_days_between
from staffing import services
from staffing.models import FilingPeriod, RatioReturn
from staffing.rules.calendar import call_of
from staffing.selectors.returns import with_days
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import World

ANSWER = "情况属实，任职文件与名册一致。"
PLAIN: dict[str, Any] = {
    "every": None,
    "until": None,
    "opens_days": 20,
    "categories": [],
    "region_path": "990000/",
    "rule": "TRAINED_STAFF_70",
    "reminder_days": [30, 14, 7, 1, -1, -30],
}


def happen(world: World) -> None:
    """After everything else: each is computed as known on its day, whatever was annulled later."""
    Returns(world).happen()


class Returns:
    def __init__(self, world: World) -> None:
        self.world = world
        self.told = yaml.safe_load((FOLDER / "returns.yaml").read_text(encoding="utf-8"))
        self.periods: dict[str, FilingPeriod] = {}

    def happen(self) -> None:
        for call in self.told["calls"]:
            self._open(dict(call))
        for scene in self.told["story"]:
            self._live(scene)

    def _open(self, call: dict[str, Any]) -> None:
        key, day = call.pop("key"), self._day(call.pop("day"))
        if late := call.pop("late", 0):
            call["due_working_days"] = max(1, working_days_between(day, self.world.day) - late)
        entry = call_of({**PLAIN, "valid_from": day, **call})
        with on_day(self.world, entry.opens_on(day)):
            self.periods[key] = services.open_period(actor=self.world.actor, call=entry, as_of=day)

    def _live(self, scene: dict[str, Any]) -> None:
        period = self.periods[scene["call"]]
        if "remind" in scene:
            for left in scene["remind"]:
                with on_day(self.world, with_days([period])[0].due.day - timedelta(days=left)):
                    services.remind_of_returns(actor=self.world.actor)
            return
        day = min(max(self._day(scene["day"]), period.as_of + timedelta(days=1)), self.world.day)
        with on_day(self.world, day):
            for key in scene.get("file", []):
                self._file(key, period)
            for key in scene.get("correct", []):
                self._correct(key, period, scene["reason"])
            for key in scene.get("accept", []):
                self._accept(key, period, scene["by"])
            for key in scene.get("send_back", []):
                self._send_back(key, period, scene)

    def _file(self, key: str, period: FilingPeriod, reason: str = "") -> None:
        officer = self.told["officers"][key]
        actor, place = self.world.users[officer["who"]], self.world.institutions[key]
        found = services.declare_return(actor=actor, institution=place, period=period)
        check = services.check_return(actor=actor, ratio_return=found)
        for anomaly in check.anomalies.filter(answer=""):
            services.answer_anomaly(actor=actor, anomaly=anomaly, answer=ANSWER)
        named = {name: officer[name] for name in ("name", "post")}
        services.attest_return(actor=actor, ratio_return=found, check=check.pk, reason=reason, **named)

    def _correct(self, key: str, period: FilingPeriod, reason: str) -> None:
        actor = self.world.users[self.told["officers"][key]["who"]]
        services.reopen_return(actor=actor, ratio_return=self._found(key, period), reason=reason)
        self._file(key, period, reason)

    def _accept(self, key: str, period: FilingPeriod, by: str) -> None:
        actor, found = self.world.users[by], self._found(key, period)
        version = found.versions.latest("turn")
        for anomaly in version.check_of.anomalies.filter(judgement=""):
            services.judge_anomaly(actor=actor, anomaly=anomaly, judgement="explained", because="任职文件已核对。")
        services.accept_return(actor=actor, ratio_return=found, version=version.pk)

    def _send_back(self, key: str, period: FilingPeriod, scene: dict[str, Any]) -> None:
        found = self._found(key, period)
        version = found.versions.latest("turn")
        services.send_back_return(
            actor=self.world.users[scene["by"]], ratio_return=found, version=version.pk, questions=scene["reason"]
        )

    def _found(self, key: str, period: FilingPeriod) -> RatioReturn:
        return RatioReturn.objects.get(institution=self.world.institutions[key], period=period)

    def _day(self, text: str) -> date:
        return day_of(text, loaded_on=self.world.day)
