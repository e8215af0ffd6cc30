"""Letters of administrative cases in words: what is fixed stands here, everything else in the row of the case.

Pure: the same case, the same letter. No identity number, no evidence, nobody who reported.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from accounts.models import Institution
from core import clock
from credit.models import AdministrativeCase, CreditRepair, LetterKind, Measure
from credit.pdf.letter_text import Block, LetterText, paragraphs, points, row, said, sections, zh
from credit.rules.cases import CaseRule, rule_of
from credit.workflow.cases import CameAs, CaseOutcome, ServedBy

K = LetterKind
TITLES: Mapping[str, str] = {
    K.FILING: "立案记录",
    K.NOTICE: "事先告知书",
    K.NOTICE_SERVICE: "送达回证",
    K.HEARING: "听证通知书",
    K.HEARING_SERVICE: "送达回证",
    K.DECISION: "决定书",
    K.REPAIR_NOTICE: "信用修复告知书",
    K.DECISION_SERVICE: "送达回证",
    K.REPAIR: "信用修复决定书",
    K.ANNULMENT: "撤销决定告知书",
}
SEVERITIES: Mapping[str, str] = {CaseOutcome.MINOR: "轻微", CaseOutcome.GENERAL: "一般", CaseOutcome.SERIOUS: "严重"}
NO_EFFECT: Mapping[str, str] = {
    CaseOutcome.NOT_ESTABLISHED: "经审查，不足以认定上述行为属于失信行为，本机关不作出认定，不产生任何不利后果。",
    CaseOutcome.EXEMPT: "经审查，具有尽职免责，或者初次发生且情节轻微的情形，本机关依法免予认定，不产生任何不利后果。",
}
WAYS: Mapping[str, str] = {
    ServedBy.IN_PERSON: "直接送达",
    ServedBy.POST: "邮寄送达",
    ServedBy.ELECTRONIC: "电子送达（已签署电子送达确认书）",
    ServedBy.LEFT: "留置送达",
    ServedBy.NOTICE: "公告送达",
}
OWN_PAGE = "本平台“与我或本机构有关的案件”页面"
UNNAMED_CHAIR = "由本机关指定的非本案调查人员主持，姓名另行告知。"
LAW = "《中华人民共和国行政处罚法》"


def case_letter(
    case: AdministrativeCase,
    kind: str,
    *,
    number: str = "",
    measures: Sequence[Measure] = (),
    repair: CreditRepair | None = None,
    chair: str = "",
) -> LetterText:
    """`measures`: those that the notice announces or the decision orders. `chair`: who leads the hearing, by name; ""
    where the login has none."""
    if kind == K.REPAIR and repair is not None:
        blocks = _repair(case, repair)
    elif kind == K.HEARING:
        blocks = _hearing(case, chair)
    else:
        blocks = WRITERS[kind](case, measures)
    title = TITLES[kind]
    if repair is not None and repair.state == "refused":
        title = "不予信用修复决定书"
    return LetterText(
        body=case.body.name,
        title=title,
        day=letter_day(case, kind, repair),
        blocks=tuple(blocks),
        document_number=number_of(case, kind) or number,
        form=kind in FORMS,
    )


def number_of(case: AdministrativeCase, kind: str) -> str:
    """The document number that the body gave with the step; "" where a step asks for none."""
    return {K.FILING: case.case_number, K.NOTICE: case.notice_number, K.DECISION: case.decision_number}.get(kind, "")  # type: ignore[call-overload]


def letter_day(case: AdministrativeCase, kind: str, repair: CreditRepair | None = None) -> date:
    """Of its step. A notice bears the day it was written for; one from before that day was kept is not younger than its
    service."""
    noticed = clock.day_of(case.noticed_at) if case.noticed_at else None
    days: dict[str, date | None] = {
        K.NOTICE: case.notice_written_on or min(filter(None, (noticed, case.notice_served_on)), default=None),
        K.NOTICE_SERVICE: case.notice_served_on,
        K.HEARING: case.hearing_announced_on,
        K.HEARING_SERVICE: case.hearing_served_on,
        K.DECISION: case.decided_on,
        K.REPAIR_NOTICE: case.decided_on,
        K.DECISION_SERVICE: case.served_on,
        K.REPAIR: clock.day_of(repair.decided_at) if repair and repair.decided_at else None,
        K.ANNULMENT: case.annulled_on,
    }
    return days.get(kind) or case.filed_on


# --- whom and what it is about --------------------------------------------------------------------------------------
def _you(case: AdministrativeCase) -> str:
    return "你单位" if case.institution_id else "你"


def _named(case: AdministrativeCase) -> str:
    """The name; of an entity with its credit code, and the unit that has none of its own."""
    subject = case.subject
    code = subject.uscc if isinstance(subject, Institution) else ""
    named = f"{subject.name}（统一社会信用代码：{code}）" if code else subject.name
    return f"{named}（涉及单位：{case.unit.name}）" if case.unit else named


def _to(case: AdministrativeCase) -> Block:
    return Block("to", f"{_named(case)}：")


def _matter(case: AdministrativeCase) -> str:
    return f"涉嫌“{case.item.conduct}”一案（案号：{case.case_number}）"


def _item(case: AdministrativeCase) -> Block:
    return said(f"所依据的目录条目：{case.item}“{case.item.conduct}”（依据：{case.item.basis}）。")


def _measures(measures: Sequence[Measure], none: str) -> list[Block]:
    return points(f"{one.title_zh}（列于{one.listed_in}；依据：{one.basis}）。" for one in measures) or [said(none)]


def _against(case: AdministrativeCase, rule: CaseRule, what: str) -> Block:
    days, months = rule.remedies["reconsideration_days"], rule.remedies["suit_months"]
    return said(
        f"如不服{what}，可以自{what}送达之日起{days}日内向{case.remedy_body}申请行政复议，也可以自{what}送达之日起"
        f"{months}个月内依法向{case.remedy_court}提起行政诉讼。"
    )


# --- one by one -----------------------------------------------------------------------------------------------------
def _filing(case: AdministrativeCase, _measures_of: Sequence[Measure]) -> list[Block]:
    item = case.item
    return [
        row("案由", item.conduct),
        row("当事人", _named(case)),
        row("目录条目", f"{item}；依据：{item.basis}"),
        row("行为终了之日", zh(case.conduct_ended_on)),
        row("发现之日", zh(case.discovered_on)),
        row("追究时限", f"至{zh(case.limit_on)}，发现之日在时限之内"),
        row("立案日期", zh(case.filed_on)),
        row("作出决定的期限", f"至{zh(case.decide_by)}"),
        row("适用规则版本", case.rule_version),
        row("经办人签字", ""),
        row("负责人签字", ""),
    ]


def _notice(case: AdministrativeCase, measures: Sequence[Measure]) -> list[Block]:
    you = _you(case)
    opening = (
        f"本机关对{you}{_matter(case)}进行了调查。依照{LAW}第四十四条、第四十五条的规定，现将本机关拟作出决定的事实、"
        f"理由、依据和内容，以及{you}依法享有的权利告知如下："
    )
    intended = said(f"拟认定为失信行为，程度为{SEVERITIES[case.intended]}。")
    parts = [
        ("事实", paragraphs(case.notice_facts)),
        ("理由", paragraphs(case.notice_reasons)),
        ("依据", [*paragraphs(case.notice_basis), _item(case)]),
        ("拟作出的决定", [intended, *_measures(measures, "不附加其他措施。")]),
        (f"{you}的权利", _rights(case)),
    ]
    return [_to(case), said(opening), *sections(parts), said("特此告知。")]


def _rights(case: AdministrativeCase) -> list[Block]:
    you, rule = _you(case), rule_of(case.rule_version)
    days = case.answer_days or rule.clocks["answer_working_days"]
    rights = [
        f"陈述和申辩。自本告知书送达之日起{days}个工作日内，{you}可以书面或者口头向本机关陈述、申辩，也可以"
        f"通过{OWN_PAGE}提交。{you}提出的事实、理由或者证据，本机关将逐条复核；本机关不因陈述、申辩而作出更重的决定。"
    ]
    if case.intended in rule.hearing:
        rights.append(
            f"听证。自本告知书送达之日起{rule.clocks['hearing_asked_working_days']}个工作日内，{you}可以要求举行听证。"
            f"{you}不承担组织听证的费用。"
        )
    rights.append("回避。认为经办人员与本案有直接利害关系或者有其他关系可能影响公正的，有权申请其回避。")
    unless = "，且未要求听证的" if case.intended in rule.hearing else "的"
    wait = f"上述期限届满前，本机关不作出决定；{you}明确表示已经陈述完毕或者放弃陈述、申辩{unless}除外。"
    return [*points(rights), said(f"{wait}逾期未提出的，不影响本机关依法作出决定。受理地点：{case.body.name}。")]


def _hearing(case: AdministrativeCase, chair: str) -> list[Block]:
    you = _you(case)
    opening = (
        f"根据{you}于{zh(case.hearing_asked_on)}提出的听证要求，依照{LAW}第六十三条、第六十四条的规定，本机关决定就{you}"
        f"{_matter(case)}举行听证，现将有关事项通知如下："
    )
    rights = [
        f"{you}可以亲自参加听证，也可以委托一至二人代理。",
        f"{you}认为主持人与本案有直接利害关系的，有权申请其回避。",
        "听证时可以进行申辩和质证；笔录应当交当事人或者其代理人核对无误后签字或者盖章。",
        "当事人及其代理人无正当理由拒不出席听证或者未经许可中途退出听证的，视为放弃听证权利。",
        "除涉及国家秘密、商业秘密或者个人隐私依法予以保密外，听证公开举行。当事人不承担组织听证的费用。",
    ]
    parts = [
        ("时间", [said(f"{zh(case.hearing_on)}{_hour(case)}")]),
        ("地点", [said(case.hearing_place)]),
        ("主持人", [said(f"{chair}（非本案调查人员）。" if chair else UNNAMED_CHAIR)]),
        ("权利和义务", points(rights)),
    ]
    return [_to(case), said(opening), *sections(parts), said("特此通知。")]


def _hour(case: AdministrativeCase) -> str:
    return f"{case.hearing_time.hour}时{case.hearing_time.minute:02d}分" if case.hearing_time else ""


def _decision(case: AdministrativeCase, measures: Sequence[Measure]) -> list[Block]:
    rule = rule_of(case.decision_rule)
    you = _you(case)
    opening = (
        f"本机关于{zh(case.filed_on)}对{you}{_matter(case)}立案调查。《事先告知书》（{case.notice_number}）已于"
        f"{zh(case.notice_served_on)}送达。现已审查终结，决定如下："
    )
    parts = [
        ("查明的事实", paragraphs(case.findings)),
        ("陈述、申辩及复核意见", [said(_heard(case)), *paragraphs(case.considered), *_papers(case)]),
        ("决定及理由", [said(_outcome(case)), *paragraphs(case.decision_reasons)]),
        ("依据", [*paragraphs(case.decision_basis), _item(case), said(f"适用规则版本：{case.decision_rule}。")]),
        ("与行为相当的说明", paragraphs(case.proportionality) if case.is_adverse else []),
        ("措施", _measures(measures, "不附加其他措施。") if case.is_adverse else []),
        ("期限、公开和信用修复", _periods(case) if case.is_adverse else []),
        ("救济途径", [_against(case, rule, "本决定")]),
    ]
    attached = [Block("attached", f"附件：《{TITLES[K.REPAIR_NOTICE]}》")] if case.is_adverse else []
    return [_to(case), said(opening), *sections(parts), *attached]


def _heard(case: AdministrativeCase) -> str:
    """What the first consideration had before it; what came later stands with the papers."""
    again = case.reopenings.order_by("pk").first()
    spoken = _spoken(case, None, again.reopened_at if again else None)
    if again is None:
        return "".join(spoken or [f"{_you(case)}在规定期限内未提出陈述、申辩。"]) + "本机关的复核意见如下："
    if not spoken and case.answered_at is None:
        return f"本机关首次复核时未见{_you(case)}的陈述、申辩，当时的意见如下："
    return "".join(spoken) + "本机关首次复核的意见如下："


def _spoken(case: AdministrativeCase, since: datetime | None, until: datetime | None) -> list[str]:
    """Sentences about what the subject said in person, and the hearing, between two moments."""

    def lies_between(moment: datetime | None) -> bool:
        return moment is not None and (since is None or moment > since) and (until is None or moment <= until)

    you = _you(case)
    spoken = []
    if case.answered_at and lies_between(case.answered_at):
        spoken.append(f"{you}于{zh(clock.day_of(case.answered_at))}{'补充' if since else '提出'}陈述、申辩。")
    if lies_between(case.waived_at):
        spoken.append(f"{you}明确表示放弃陈述、申辩。")
    if case.hearing_on and case.hearing_record and lies_between(clock.end_of_day(case.hearing_on)):
        spoken.append(f"本机关于{zh(case.hearing_on)}举行了听证。")
    return spoken


def _papers(case: AdministrativeCase) -> list[Block]:
    """What came in time and was considered after the rest, with what was said and heard in person since."""
    found: list[Block] = []
    papers = list(case.reopenings.order_by("pk"))
    for one in papers:
        what = "听证要求" if one.came_as == CameAs.HEARING else "书面陈述、申辩"
        found.append(
            said(f"{_you(case)}于{zh(one.came_on)}提交的{what}（{one.document}）在期限之内，本机关予以重新复核。")
        )
        if one is papers[-1] and (since := "".join(_spoken(case, papers[0].reopened_at, None))):
            found.append(said(since))
        if one.considered:
            found += [said("重新复核的意见如下："), *paragraphs(one.considered)]
    return found


def _outcome(case: AdministrativeCase) -> str:
    if not case.is_adverse:
        return NO_EFFECT[case.outcome]
    return f"认定{_you(case)}的上述行为为失信行为，程度为{SEVERITIES[case.outcome]}。"


def _periods(case: AdministrativeCase) -> list[Block]:
    shown = f"由{case.body.name}依法公示，以“信用中国”网站公示的信息为准（{case.reference}）。"
    return points(
        [
            f"本决定形成的记录至{zh(case.ends_on)}届满，届满即自动终止。",
            shown if case.published else "本决定不在本平台公示。",
            f"可以申请信用修复的最早日期为{zh(case.repair_from)}，条件和程序见所附《{TITLES[K.REPAIR_NOTICE]}》。",
        ]
    )


def _repair_notice(case: AdministrativeCase, _measures_of: Sequence[Measure]) -> list[Block]:
    rule, you = rule_of(case.decision_rule), _you(case)
    opening = (
        f"本机关于{zh(case.decided_on)}对{you}作出{case.decision_number}决定。现将信用修复的条件和程序告知如下，本告知书"
        "与决定书一并送达："
    )
    conditions = [
        f"最短公示期限届满：自{zh(case.repair_from)}（含当日）起可以提出申请。",
        "已经纠正失信行为、履行相应义务，并能说明以何证明。",
        "作出信用承诺。",
    ]
    parts = [
        ("条件", points(conditions)),
        ("提出申请", [said(f"向本机关提出，或者通过{OWN_PAGE}提交。申请和办理不收取任何费用。")]),
        ("办理期限", [said(f"自收到申请之日起{rule.clocks['repair_working_days']}个工作日内作出决定。")]),
        ("修复的效果", [said("准予修复的，相应记录当即终止，依据该决定采取的措施同时解除；有关单位一并收到通知。")]),
        ("不申请修复的", [said(f"相应记录至{zh(case.ends_on)}届满，届满即自动终止。")]),
    ]
    return [_to(case), said(opening), *sections(parts), said("特此告知。")]


def _repair(case: AdministrativeCase, repair: CreditRepair) -> list[Block]:
    rule, you, granted = rule_of(case.decision_rule), _you(case), repair.state == "granted"
    opening = f"{you}于{zh(repair.begun_on)}就{case.decision_number}决定提出的信用修复申请收悉。经审查，决定如下："
    effect = "自本决定作出之日起，相应记录终止，依据该决定采取的措施同时解除。"
    parts = [
        ("申请中说明的纠正情况", paragraphs(repair.corrected)),
        ("决定", [said(f"准予信用修复。{effect}" if granted else "不予信用修复。条件具备后可以再次申请。")]),
        ("说明" if granted else "理由", paragraphs(repair.answer)),
        ("救济途径", [_against(case, rule, "本决定")]),
    ]
    return [_to(case), said(opening), *sections(parts)]


def _annulment(case: AdministrativeCase, _measures_of: Sequence[Measure]) -> list[Block]:
    you = _you(case)
    opening = f"本机关于{zh(case.decided_on)}对{you}作出的{case.decision_number}决定已被撤销，现告知如下："
    parts = [
        ("撤销的依据", [said(case.annul_document)]),
        ("理由", paragraphs(case.annul_reason)),
        ("后果", [said("该决定自始无效。相应记录终止，依据该决定采取的措施一并解除；有关单位一并收到通知。")]),
    ]
    return [_to(case), said(opening), *sections(parts), said("特此告知。")]


# --- proofs of service ----------------------------------------------------------------------------------------------
def _notice_service(case: AdministrativeCase, _measures_of: Sequence[Measure]) -> list[Block]:
    document = f"《{TITLES[K.NOTICE]}》（{case.notice_number}）"
    return _service(case, document, case.notice_served_by, case.notice_proof, case.notice_served_on)


def _hearing_service(case: AdministrativeCase, _measures_of: Sequence[Measure]) -> list[Block]:
    document = f"《{TITLES[K.HEARING]}》（{zh(case.hearing_announced_on)}；听证定于{zh(case.hearing_on)}）"
    return _service(case, document, case.hearing_served_by, case.hearing_proof, case.hearing_served_on)


def _decision_service(case: AdministrativeCase, _measures_of: Sequence[Measure]) -> list[Block]:
    document = f"《{TITLES[K.DECISION]}》（{case.decision_number}）"
    if case.repair_notice:
        document += f"、《{TITLES[K.REPAIR_NOTICE]}》"
    return _service(case, document, case.served_by, case.service_proof, case.served_on)


def _service(case: AdministrativeCase, document: str, by: str, proof: str, on: date | None) -> list[Block]:
    consent = [row("电子送达确认书", case.consent_document)] if by == ServedBy.ELECTRONIC else []
    return [
        row("案由", f"{case.item.conduct}（案号：{case.case_number}）"),
        row("送达的文书", document),
        row("受送达人", _named(case)),
        row("送达方式", WAYS[by]),
        *consent,
        row("送达日期", zh(on)),
        row("送达凭证", proof),
        row("受送达人签字或者盖章", ""),
        row("送达人签字", ""),
        row("备注", ""),
    ]


FORMS = (K.FILING, K.NOTICE_SERVICE, K.HEARING_SERVICE, K.DECISION_SERVICE)
WRITERS: Mapping[str, Callable[[AdministrativeCase, Sequence[Measure]], list[Block]]] = {
    K.FILING: _filing,
    K.NOTICE: _notice,
    K.NOTICE_SERVICE: _notice_service,
    K.HEARING_SERVICE: _hearing_service,
    K.DECISION: _decision,
    K.REPAIR_NOTICE: _repair_notice,
    K.DECISION_SERVICE: _decision_service,
    K.ANNULMENT: _annulment,
}
