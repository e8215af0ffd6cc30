"""Load the demo's invented province, all or nothing, with its progress; a second call changes nothing."""

import time
from typing import Any

import yaml
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import Region
from accounts.selectors import system_user
from core import clock, outbox
from website.management.demo import (
    absent,
    afterwards,
    associated,
    designated,
    evaluated,
    exchanged,
    filing,
    judged,
    own_rules,
    proven,
    returned,
    story,
)
from website.management.demo.world import World, build_world

PROVINCE = "990000"


class Command(BaseCommand):
    help = "Load the demo: invented places, people, cohorts and certificates, dated relative to today."

    def handle(self, *args: Any, **options: Any) -> None:
        if Region.objects.filter(code=PROVINCE).exists():
            self.stdout.write("The demo is loaded already.")
            return
        self.began = time.monotonic()
        with transaction.atomic():
            self._load()
        self._deliver()
        self._say("done")

    def _load(self) -> None:
        world = build_world(actor=system_user(), file=story.FOLDER / "world.yaml", day=clock.today(), say=self._say)
        self._say("designations")
        designated.happen(world)
        self._say("associations")
        associated.happen(world)
        cohorts = yaml.safe_load((story.FOLDER / "cohorts.yaml").read_text(encoding="utf-8"))
        past = [plan for plan in cohorts if plan["until"] == "closed"]
        for plan in past:
            self._cohort(world, plan)
        for table in yaml.safe_load((story.FOLDER / "tables.yaml").read_text(encoding="utf-8")):
            self._say(f"roster and training: {world.institutions[table['institution']].name}")
            story.hand_in_tables(world, **table)
        for plan in cohorts:
            if plan not in past:
                self._cohort(world, plan)
        self._say("filing with the receiving body")
        filing.happen(world)
        self._say("what happened afterwards")
        afterwards.happen(world)
        self._say("returns of the ratio")
        returned.happen(world)
        self._say("leaves of absence")
        absent.happen(world)
        self._say("evidence from elsewhere")
        proven.happen(world)
        self._say("the evaluation of the bases")
        evaluated.happen(world)
        self._say("what the association handles by its own rules")
        own_rules.happen(world)
        self._say("administrative cases")
        exchanged.begin(world)
        judged.happen(world)
        self._say("the exchange with partners")
        exchanged.happen(world)

    def _cohort(self, world: World, plan: dict[str, Any]) -> None:
        self._say(f"cohort: {plan['key']} ({plan['until']})")
        story.live_through(world, plan)

    def _deliver(self) -> None:
        """Bring about the effects now, so that the first visitor finds them and no worker is needed for it."""
        waiting = outbox.undelivered()
        self._say(f"effects: {len(waiting)}")
        for event_id in waiting:
            outbox.deliver_event(event_id)

    def _say(self, text: str) -> None:
        self.stdout.write(f"  {time.monotonic() - self.began:5.1f} s  {text}")
        self.stdout.flush()
