"""What a proof says in three languages at once. Printed text belongs to the sheet, not to the catalogues."""

from collections.abc import Mapping
from typing import NamedTuple


class Said(NamedTuple):
    """One thing in Chinese, English and Japanese."""

    zh: str
    en: str
    ja: str


WORDS: Mapping[str, Said] = {
    "title": Said("人员培训占比证明", "Proof of the Share of Trained Staff", "研修修了者割合証明書"),
    "facts": Said("证明事项", "What is proven", "証明事項"),
    "reference": Said("证明编号", "Reference", "証明番号"),
    "institution": Said("机构", "Institution", "機関"),
    "as_of": Said("统计时点（当日终了）", "As of (end of the day)", "基準日（当日終了時）"),
    "known_at": Said("已知至", "As known at", "既知の時点"),
    "rule": Said("占比要求", "Requirement", "割合の要件"),
    "source": Said("依据", "Source", "根拠"),
    "period": Said("规划期至", "Plan period to", "計画期間の終わり"),
    "standing": Said("对本机构", "Standing here", "本機関に対して"),
    "binding": Said("有约束力", "binding", "拘束力あり"),
    "reference_only": Said("仅供参考", "reference only", "参考のみ"),
    "needed": Said("达标所需人数", "Trained people needed", "達成に必要な人数"),
    "shortfall": Said("缺口人数", "Shortfall", "不足人数"),
    "sealed": Said("其中涉密岗位（仅计数）", "Secret posts (numbers only)", "うち秘密職位（人数のみ）"),
    "made": Said("出具", "Made", "発行"),
    "fraction": Said("接受过专业化教育培训 / 专业人员", "trained / professional staff", "研修修了者 / 専門職員"),
    "check": Said("扫码或按编号核验", "Scan, or verify by the reference", "QRコードまたは番号で確認"),
    "lines": Said("人员清单（不含姓名）", "Lines without names", "氏名を含まない一覧"),
    "entry": Said("序号", "No.", "番号"),
    "trained": Said("受训", "Trained", "修了"),
    "person": Said("人员承诺值", "Person", "人員のコミットメント"),
    "evidence": Said("依据承诺值", "Evidence", "根拠のコミットメント"),
    "met": Said("达标", "Met", "達成"),
    "not_met": Said("未达标", "Not met", "未達成"),
    "not_applicable": Said("不适用", "Not applicable", "適用外"),
    "gte": Said("不低于%s%%", "not below %s%%", "%s%%以上"),
    "gt": Said("高于%s%%", "above %s%%", "%s%%超"),
    "continued": Said(
        "规划期已过，尚未录入后续文件，暂按原要求计算。",
        "The plan period is over; until a later document is entered, the figure follows the same requirement.",
        "計画期間は終了しており、後続文書が登録されるまで同じ要件で計算する。",
    ),
    "elsewhere": Said(
        "人数较多，清单见所附 JSON 与 CSV；根值已把它们逐行固定。",
        "The lines are many: they stand in the attached JSON and CSV, and the root binds each of them.",
        "人数が多いため一覧は添付のJSONとCSVにあり、ルート値が各行を固定する。",
    ),
    "honest": Said(
        "电子印章证明本文件自盖章后未经改动；数字签名与公开存证日志证明平台在该时刻依据当时已知的名册和培训记录算得上述数字，"
        "且此后不能悄悄更改。它们不证明名册与原始材料本身属实：这由申报机构负责，并可由主管部门随机抽样、逐条打开核对。",
        "The seal proves that this file is as it was sealed. The signature and the public log prove that the platform "
        "computed these figures at that moment from the roster and the training records then known, and that nobody "
        "can change them unseen. They do not prove that the roster itself is true: the institution answers for it, "
        "and the authority can open a random sample line by line.",
        "電子印章は、押印後にこの文書が変更されていないことを証明する。電子署名と公開ログは、その時点で判明していた名簿と"
        "研修記録から上記の数値が計算され、その後ひそかに変更できないことを証明する。名簿自体の真実性は機関の責任であり、"
        "所管当局が無作為抽出により一行ずつ開示して確認できる。",
    ),
}
