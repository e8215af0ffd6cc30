"""Ratio rules written, proposed and adopted: nobody adopts what he wrote, and what is adopted stands in the log."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.models import Region, User
from accounts.permissions import Permission
from accounts.services.places import require_region
from certificates.tlog import services as tlog
from certificates.tlog.models import Kind
from core import audit, clock
from core.errors import DomainError, WrongState
from core.workflow import advance
from staffing.models import RatioRule
from staffing.rules import WORDS, rule_text
from staffing.workflow import RATIO_RULE_STEPS, RuleState

# The rules under which a version comes into the log: docs/decisions/0035.
LOG_POLICY = "ratio-rule-1"


@transaction.atomic
def write_rule(
    *, actor: User, words: Mapping[str, Any], draft: RatioRule | None = None, drafted_from: RatioRule | None = None
) -> RatioRule:
    """A new draft, or other words for one. Nobody is judged by it before it is adopted.

    `words`: all of staffing.rules.WORDS but the version's own name, which follows from its first day. Raises
    `rule_counts_nobody`, `rule_cannot_be`, `rule_of_another_region`, WrongState.
    """
    region = Region.objects.filter(path=words["region_path"]).first()
    if region is None:
        raise DomainError("no_such_region", path=words["region_path"])
    require_region(actor, Permission.RULE_MANAGE, region)
    if draft is not None:
        require(actor, Permission.RULE_MANAGE, draft)
    _check(words)
    given = {name: words[name] for name in WORDS if name != "version"} | {"written_by": actor}
    rule = _changed(draft, given) if draft else RatioRule(drafted_from=drafted_from, **given)
    rule.version = _next_version(rule)
    rule.save()
    # The verb of a step, so that the table keeps apart who wrote and who adopts.
    audit.record(actor, "staffing.ratiorule.write", rule, code=rule.code, version=rule.version)
    return rule


@transaction.atomic
def propose_rule(*, actor: User, rule: RatioRule) -> RatioRule:
    """The words stand from now on; a second person adopts or refuses them. Raises `rule_begins_twice`."""
    require(actor, Permission.RULE_MANAGE, rule)
    _lock(rule)
    _check_first_day(rule)
    return advance(rule, "propose", RATIO_RULE_STEPS, actor=actor, changes={"version": _next_version(rule)})


@transaction.atomic
def adopt_rule(*, actor: User, rule: RatioRule) -> RatioRule:
    """From its first day on figures are by it; what was known before stays as it was known. Its words go into the log.

    Raises `same_person_twice`, `rule_begins_twice`, `rule_of_another_region`, WrongState.
    """
    require(actor, Permission.RULE_MANAGE, rule)
    _lock(rule)
    _check_region(rule.code, rule.region_path)
    _check_first_day(rule)
    salt = secrets.token_bytes(tlog.SALT_SIZE)
    changes = {"adopted_at": clock.now(), "adopted_by": actor, "salt": salt.hex()}
    adopted = advance(rule, "adopt", RATIO_RULE_STEPS, actor=actor, changes=changes, code=rule.code)
    tlog.append(
        kind=Kind.RULE_VERSION,
        ref=str(adopted.uuid),
        commitment=tlog.commit(salt, rule_text(adopted.words).encode()),
        issuer=Region.objects.get(path=adopted.region_path).code,
        policy=LOG_POLICY,
    )
    return adopted


@transaction.atomic
def refuse_rule(*, actor: User, rule: RatioRule, reason: str) -> RatioRule:
    require(actor, Permission.RULE_MANAGE, rule)
    if not reason.strip():
        raise DomainError("reason_missing")
    return advance(rule, "refuse", RATIO_RULE_STEPS, actor=actor, reason=reason.strip())


@transaction.atomic
def withdraw_rule(*, actor: User, rule: RatioRule) -> RatioRule:
    require(actor, Permission.RULE_MANAGE, rule)
    return advance(rule, "withdraw", RATIO_RULE_STEPS, actor=actor)


def _check(words: Mapping[str, Any]) -> None:
    if not words["tracks"] or not words["employment_types"]:
        raise DomainError("rule_counts_nobody")
    ends = words["valid_to"] is not None and words["valid_to"] < words["valid_from"]
    by_designation = words["binds"] == RatioRule.Binds.DESIGNATED
    if ends or by_designation != bool(words["binding_designation"]) or (by_designation and words["reference_only"]):
        raise DomainError("rule_cannot_be")
    _check_region(words["code"], words["region_path"])


def _check_first_day(rule: RatioRule) -> None:
    same_day = _family(rule).filter(state=RuleState.ADOPTED, valid_from=rule.valid_from, reference_only=False)
    if not rule.reference_only and same_day.exists():
        raise DomainError("rule_begins_twice", day=rule.valid_from.isoformat())


def _check_region(code: str, region_path: str) -> None:
    """A requirement is one region's: a province adds no version to what the nation asks for."""
    standing = RatioRule.objects.filter(code=code, state__in=[RuleState.PROPOSED, RuleState.ADOPTED])
    if standing.exclude(region_path=region_path).exists():
        raise DomainError("rule_of_another_region", rule=code)


def _changed(draft: RatioRule, given: Mapping[str, Any]) -> RatioRule:
    locked = RatioRule.objects.select_for_update().get(pk=draft.pk)
    if locked.state != RuleState.DRAFT:
        raise WrongState(step="write", state=locked.state)
    for name, value in given.items():
        setattr(locked, name, value)
    return locked


def _next_version(rule: RatioRule) -> str:
    """The year of its first day and a number: 2026-2."""
    taken = set(
        _family(rule)
        .filter(state__in=[RuleState.PROPOSED, RuleState.ADOPTED])
        .values_list("version", flat=True)
    )  # fmt: skip
    number = 1
    while (name := f"{rule.valid_from.year}-{number}") in taken:
        number += 1
    return name


def _family(rule: RatioRule) -> Any:
    return RatioRule.objects.filter(code=rule.code).exclude(pk=rule.pk)


def _lock(rule: RatioRule) -> None:
    """Two versions of one requirement are proposed and adopted one after the other."""
    list(RatioRule.objects.select_for_update().filter(code=rule.code).order_by("pk").values_list("pk"))
