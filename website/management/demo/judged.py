"""The administrative cases of the demo, from report to repair, each step on its day by whoever may take it."""

from datetime import date
from typing import Any

import yaml

from accounts.models import Institution, Person, Region, TrainingBase
from accounts.services import create_login, record_joining, save_profile
from core import clock
from credit import services
from credit.models import AdministrativeCase, CaseReport, CatalogueItem, Measure
from credit.services.catalogue import Listed, ListedMeasure, adopt_proposal, propose_item, propose_measure
from website.management.demo import exchanged
from website.management.demo.anchors import day_of
from website.management.demo.story import FOLDER, on_day
from website.management.demo.world import PASSWORD, World

PROVINCE = "990000"
INVESTIGATORS = ("shenyanqiu@demo.invalid", "weilan@demo.invalid")
REMEDIES = {"remedy_body": "岚江省人民政府", "remedy_court": "岚州市中级人民法院"}
COMMITMENT = "承诺遵守技术转移有关法律法规，不再发生同类行为；违反承诺的，同意记入信用记录。"


def happen(world: World) -> None:
    _fill_catalogue(world)
    plan = yaml.safe_load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
    people = {row["key"]: _person(world, row) for row in plan["people"]}
    for row in plan["cases"]:
        Judged(world, row, people).happen()
    for row in plan["looks"]:
        with on_day(world, day_of(row["day"], loaded_on=world.day)):
            who, person = world.users[row["who"]], people[row["person"]]
            services.open_file(actor=who, person_id=person.pk, purpose=row["purpose"])


def _fill_catalogue(world: World) -> None:
    told = yaml.safe_load((FOLDER / "catalogue.yaml").read_text(encoding="utf-8"))
    proposer, adopter = (world.users[told[name]] for name in ("proposed_by", "adopted_by"))
    made = [propose_item(actor=proposer, listed=Listed(**row)) for row in told["items"]]
    made += [propose_measure(actor=proposer, listed=ListedMeasure(**row)) for row in told["measures"]]
    for proposal in made:
        adopt_proposal(actor=adopter, proposal=proposal)
    for row in told["waiting"]:
        propose_item(actor=proposer, listed=Listed(**row))


def _person(world: World, row: dict[str, Any]) -> Person:
    """Somebody with a login and a profile; employed where the story says so, and counted nowhere."""
    user = world.users[row["email"]] = create_login(actor=world.actor, email=row["email"], password=PASSWORD)
    save_profile(actor=user, name=row["name"], document_type="resident_id", number=row["number"], country="CHN")
    if works := row.get("works"):
        _employ(world, row, works)
    return Person.objects.get(user=user)


def _employ(world: World, row: dict[str, Any], works: dict[str, Any]) -> None:
    since = day_of(works["since"], loaded_on=world.day).isoformat()
    who = {"name": row["name"], "id_type": "resident_id", "id_number": row["number"]}
    what = {"post": works["post"], "professional": "false", "employment_type": "contract", "start_date": since}
    with on_day(world, day_of(works["day"], loaded_on=world.day)):
        place = world.institutions[works["at"]]
        record_joining(actor=world.users[works["by"]], institution=place, values=who | what)


class Judged:
    """One case of the plan; without steps it is a report that waits."""

    def __init__(self, world: World, row: dict[str, Any], people: dict[str, Person]) -> None:
        self.world, self.row, self.people = world, row, people

    def happen(self) -> None:
        report = self._reported(self.row["report"])
        case: AdministrativeCase | None = None
        for step in self.row.get("steps", ()):
            with on_day(self.world, self._day(step["day"])):
                if case is None:
                    case = self._filed(report, step)
                else:
                    getattr(self, f"_{step['step']}")(self.world.users[step["who"]], case, step)
                    case.refresh_from_db()

    def _day(self, text: str) -> date:
        return day_of(text, loaded_on=self.world.day)

    def _reported(self, told: dict[str, Any]) -> CaseReport:
        with on_day(self.world, self._day(told["day"])):
            said = services.Said(
                said_of=told["said_of"],
                said_at="",
                region=Region.objects.get(code=PROVINCE),
                ground=told["ground"],
                said=told["said"],
                happened_on=self._day(told["happened"]),
            )
            return services.make_report(actor=self.world.users[told["who"]], said=said)

    def _filed(self, report: CaseReport, step: dict[str, Any]) -> AdministrativeCase:
        filing = services.Filing(
            number=self.row["number"],
            item=CatalogueItem.objects.get(number=self.row["item"]),
            subject=self._subject(),
            unit=self._unit(),
            conduct_ended_on=report.happened_on,
            discovered_on=clock.day_of(report.reported_at),
        )
        return services.file_case(actor=self.world.users[step["who"]], report=report, filing=filing)

    def _subject(self) -> Person | Institution:
        if "institution" in self.row:
            return self.world.institutions[self.row["institution"]]
        if "staff" in self.row:
            return Person.objects.get(name=self.row["staff"])
        return self.people[self.row["person"]]

    def _unit(self) -> Institution | TrainingBase | None:
        if "base" in self.row:
            return self.world.bases[self.row["base"]]
        return self.world.institutions[self.row["department"]] if "department" in self.row else None

    def _paper(self, step: dict[str, Any]) -> services.Paper:
        return services.Paper(step["reference"], self._day(step["came"]))

    def _served(self) -> services.Served:
        return services.Served("in_person", f"送达回证（演示）{clock.today():%m%d}", clock.today())

    def _measures(self, step: dict[str, Any]) -> tuple[Measure, ...]:
        return tuple(Measure.objects.filter(code__in=step.get("measures", ())))

    # --- steps ------------------------------------------------------------------------------------------------------
    def _assign(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        one, two = (self.world.users[email] for email in INVESTIGATORS)
        pair = {"one": services.Officer(one, "岚科执（演示）01"), "two": services.Officer(two, "岚科执（演示）02")}
        services.assign_officers(actor=actor, case=case, **pair)

    def _find(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.write_findings(actor=actor, case=case, findings=step["findings"], evidence=step["evidence"])

    def _review(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.review_law(actor=actor, case=case, opinion=step["opinion"])

    def _notice(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        words = {"number": step["number"], "facts": case.findings, "reasons": step["reasons"], "basis": case.item.basis}
        notice = services.Notice(**words, intended=step["intended"], measures=self._measures(step))
        written = services.write_notice(actor=actor, case=case, notice=notice)
        services.serve_notice(actor=actor, case=written, served=self._served())

    def _answer(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.answer_notice(actor=actor, case=case, answer=step["text"], complete=step.get("complete", False))

    def _record(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.record_answer(actor=actor, case=case, answer=step["text"])

    def _waive(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.waive_answer(actor=actor, case=case)

    def _consider(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.consider(actor=actor, case=case, considered=step["considered"])

    def _hearing_on_paper(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.record_hearing_request(actor=actor, case=case, paper=self._paper(step))

    def _reopen(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        said = services.LatePaper("answer", step["why"], step["text"])
        services.reopen_case(actor=actor, case=case, paper=self._paper(step), said=said)

    def _decide(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        words: dict[str, Any] = {name: step[name] for name in ("number", "outcome", "reasons")}
        words |= REMEDIES | {"basis": case.item.basis, "proportionality": step.get("proportionality", "")}
        ruling = services.Ruling(**words, measures=self._measures(step))
        services.decide_case(actor=actor, case=case, ruling=ruling)

    def _serve(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.serve_decision(actor=actor, case=case, served=self._served())

    def _give(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        """To partners, before it ends: they are told of the end."""
        exchanged.give(actor, self.world.institutions[self.row["institution"]], step)

    def _ask_repair(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        words = {"corrected": step["corrected"], "commitment": COMMITMENT, "committed": True}
        services.ask_repair(actor=actor, case=case, **words)

    def _repair_on_paper(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        words = {"corrected": step["corrected"], "commitment": COMMITMENT, "paper": self._paper(step)}
        services.record_repair_request(actor=actor, case=case, **words)

    def _repair(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.grant_repair(actor=actor, repair=case.repairs.get(state="asked"))

    def _annul(self, actor: Any, case: AdministrativeCase, step: dict[str, Any]) -> None:
        services.annul_case(actor=actor, case=case, fallen=services.Fallen(step["reason"], step["document"]))
