"""Letters under a body's own rules, in words of their own: what is fixed stands here, the rest in the case's row."""

from collections.abc import Mapping

from accounts.models import Institution
from core import clock
from credit.models import LetterKind, SelfRegulatoryCase, SelfReview
from credit.pdf.letter_text import Block, LetterText, paragraphs, said, sections, zh
from credit.rules.self_regulation import Result, self_rule_of
from credit.workflow.self_regulation import Activity, RuleKind, SelfOutcome, SelfReviewState

K = LetterKind
TITLES: Mapping[str, str] = {
    K.SELF_NOTICE: "自律事项告知书",
    K.SELF_OUTCOME: "自律事项处理结果通知书",
    K.SELF_REVIEW: "复核结果通知书",
}
OUTCOMES: Mapping[str, str] = {
    SelfOutcome.REMINDER: "提醒",
    SelfOutcome.TALK: "约谈",
    SelfOutcome.CORRECTION: "限期改正",
    SelfOutcome.EXCLUSION: "暂停参加本单位的某项活动",
}
ACTIVITIES: Mapping[str, str] = {
    Activity.TEACHING: "在本单位课程中授课",
    Activity.MARKING: "本单位考试的阅卷与监考",
    Activity.ISSUING: "以本单位名义发证",
    Activity.EVENTS: "本单位的活动、委员会与评优",
}
RULES: Mapping[str, str] = {
    RuleKind.CODE_OF_CONDUCT: "从业公约",
    RuleKind.STATUTES: "章程",
    RuleKind.BASE_RULES: "管理办法",
    RuleKind.TRAINING_CONTRACT: "培训合同",
}
FOUND: Mapping[str, str] = {
    SelfReviewState.MAINTAINED: "维持原处理结果。",
    SelfReviewState.SET_ASIDE: "撤销原处理结果，原处理结果自本通知书之日起不再有任何效果。",
}
OWN_PAGE = "本平台“协会与基地的规则”页面"
INTERNAL = "本事项是本单位依照自身规则处理的内部事项，只在本单位与{you}之间，不属于行政机关的程序，也不记入信用档案。"


def self_letter(
    case: SelfRegulatoryCase, kind: str, *, number: str = "", review: SelfReview | None = None
) -> LetterText:
    """`review`: the one that was decided, for the letter about it."""
    if kind == K.SELF_REVIEW and review is not None:
        blocks, on = _review(case, review), review.decided_on
    elif kind == K.SELF_OUTCOME:
        blocks, on = _outcome(case), case.decided_on
    else:
        noticed = clock.day_of(case.noticed_at) if case.noticed_at else None
        blocks, on = _notice(case), min(filter(None, (noticed, case.noticed_on)), default=None)
    return LetterText(case.body.name, TITLES[kind], on or case.opened_on, (_to(case), *blocks), document_number=number)


def _you(case: SelfRegulatoryCase) -> str:
    return "你单位" if case.institution_id else "你"


def _to(case: SelfRegulatoryCase) -> Block:
    subject = case.subject
    code = subject.uscc if isinstance(subject, Institution) else ""
    named = f"{subject.name}（统一社会信用代码：{code}）" if code else subject.name
    return Block("to", f"{named}（涉及单位：{case.unit.name}）：" if case.unit else f"{named}：")


def _rule(case: SelfRegulatoryCase) -> list[Block]:
    named = f"{RULES[case.rule_kind]}：{case.rule_source}（{case.rule_version}）。"
    return [said(named), *paragraphs(case.rule_text)]


def _working_days(case: SelfRegulatoryCase, name: str) -> int:
    return self_rule_of(case.clocks_version).clocks[name]


def _notice(case: SelfRegulatoryCase) -> list[Block]:
    you = _you(case)
    opening = f"本单位依照自身规则受理了一件与{you}有关的事项（编号：{case.case_number}），现告知如下："
    how = (
        f"自收到本告知书之日起{case.answer_days}个工作日内，可以书面向本单位说明，也可以通过{OWN_PAGE}提交。"
        "对每一点说明都会作出答复；说明不会使处理加重。"
    )
    decides = f"处理结果由未发出本告知书的人员决定，至多为：{OUTCOMES[case.intended]}。"
    parts = [
        ("所依据的规则", _rule(case)),
        ("情况", paragraphs(case.notice_facts)),
        ("可能的处理", [said(decides)]),
        (f"{you}可以说明", [said(how)]),
        ("性质", [said(INTERNAL.format(you=you))]),
    ]
    return [said(opening), *sections(parts), said("特此告知。")]


def _outcome(case: SelfRegulatoryCase) -> list[Block]:
    you, ended = _you(case), case.outcome == SelfOutcome.NO_GROUND
    opening = f"本单位依照自身规则处理的与{you}有关的事项（编号：{case.case_number}）已有结果，现通知如下："
    result = "未发现需要处理的情形，本事项终结。" if ended else _result(case.result)
    parts = [
        ("情况", paragraphs(case.notice_facts)),
        ("对说明的答复", paragraphs(case.considered)),
        ("结果及理由", [said(result), *paragraphs(case.reasons)]),
        ("所依据的规则", _rule(case)),
        ("复核", [] if ended else [said(_may_be_reviewed(case))]),
        ("性质", [said(INTERNAL.format(you=you))]),
    ]
    return [said(opening), *sections(parts), said("特此通知。")]


def _may_be_reviewed(case: SelfRegulatoryCase) -> str:
    asked, review = _working_days(case, "review_asked"), _working_days(case, "review")
    return (
        f"如有不同意见，可以自收到本通知书之日起{asked}个工作日内向本单位书面申请复核，也可以通过{OWN_PAGE}提交。"
        f"复核由未参与告知和处理的人员在{review}个工作日内完成，不会使处理加重。"
    )


def _result(result: Result) -> str:
    if result.outcome == SelfOutcome.EXCLUSION:
        return f"暂停参加下列活动：{ACTIVITIES[result.activity]}。自{zh(result.until)}起不再暂停。"
    if result.outcome == SelfOutcome.CORRECTION:
        return f"限期改正：应当不迟于{zh(result.correct_by)}改正。"
    return f"{OUTCOMES[result.outcome]}。"


def _review(case: SelfRegulatoryCase, review: SelfReview) -> list[Block]:
    you = _you(case)
    opening = (
        f"{you}于{zh(review.asked_on)}就编号{case.case_number}事项的处理结果提出的复核申请，"
        "已由未参与告知和处理的人员复核："
    )
    found = FOUND.get(review.state) or f"改为较轻的处理：{_result(review.result)}"
    parts = [
        (f"{you}的申请", paragraphs(review.all_grounds)),
        ("复核意见", paragraphs(review.considered)),
        ("复核结果", [said(found)]),
        ("性质", [said(INTERNAL.format(you=you))]),
    ]
    return [said(opening), *sections(parts), said("特此通知。")]
