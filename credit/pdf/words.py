"""What a report says in three languages at once. Printed text belongs to the sheet, not to the catalogues."""

from collections.abc import Mapping

from staffing.pdf.words import Said

WORDS: Mapping[str, Said] = {
    "title": Said("信用档案报告", "Credit File Report", "信用記録報告書"),
    "facts": Said("报告事项", "This report", "報告事項"),
    "name": Said("信用主体", "Subject", "信用主体"),
    "audience": Said("提供对象", "Made for", "提供先"),
    "as_of": Said("截至时点", "As of", "基準時点"),
    "matrix": Said("公开范围表版本", "Version of the publication matrix", "公開範囲表の版"),
    "purpose": Said("查阅目的", "Purpose", "閲覧目的"),
    "made_for": Said("申请单位", "Asked by", "申請機関"),
    "check": Said("扫码或按编号核验", "Scan, or verify by the reference", "QRコードまたは番号で確認"),
    "entries": Said("记录", "Entries", "記録"),
    "none": Said(
        "无记录；没有记录不代表任何评价。", "No entries. That is no judgment.", "記録なし。評価を意味しません。"
    ),
    "disputed": Said("有异议", "disputed", "異議あり"),
    "ended": Said("来源已失效", "no longer in force", "効力なし"),
    "corrected": Said("已由第二条记录更正", "corrected by a second entry", "二件目で訂正済み"),
    "withdrawn": Said("已撤回", "withdrawn", "取下げ済み"),
    "honest": Said(
        "本报告仅载明上述对象依公开范围表可见的内容，不打分；此后的更正、异议以核验页为准。"
        "单位的失信信息以“信用中国”为准。",
        "This report holds what the matrix shows to whom it was made for, and no score. Later corrections and "
        "objections: see the page of verification. For adverse information about entities Credit China prevails.",
        "本報告書は公開範囲表により上記の提供先に示される内容のみを載せます。点数はありません。"
        "その後の訂正と異議は確認ページをご覧ください。団体の不利な情報は「信用中国」が優先します。",
    ),
    "kind": Said("事项", "What", "事項"),
    "about": Said("内容", "About", "内容"),
    "occurred_on": Said("日期", "On", "日付"),
    "category": Said("类别", "Category", "区分"),
    "publisher": Said("提供单位", "Published by", "提供機関"),
}
