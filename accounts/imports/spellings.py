"""How personnel offices head the columns of their lists: other spellings of the heads of a roster, by field.

They yield to a head of the column's own. What two columns could be called stands here for neither.
"""

_SPELLINGS = {
    "name": """员工姓名, 人员姓名, 职工姓名, 教师姓名, 学员姓名, 中文姓名, 名字,
        full name, employee name, staff name, name of employee, chinese name""",
    "id_type": """证件种类, 证件类别, 证件名称, 身份证件类型, 有效证件类型,
        document type, type of document, kind of document, id document type""",
    "id_number": """证件号, 证件编号, 身份证件号码, 身份证件号, 有效证件号码, 有效证件号,
        id no., id card no., id card number, identity number, identity no., document number, document no.,
        number of the document""",
    "phone": """手机号, 手机号码, 移动电话, 联系电话, 联系方式, 联系手机, 电话, 电话号码, 本人手机,
        mobile, mobile number, mobile no., mobile phone, phone number, cell phone, telephone""",
    "post": """岗位名称, 职务, 职位, 职务名称, 职位名称, 工作岗位, 现任岗位, 现任职务, 岗位职务, 所在岗位,
        position, job title, post title, title""",
    "professional": """是否专业人员, 是否为专业人员, 是否技术转移专业人员, 技术转移专业人员, 专业技术转移人员,
        professional staff, is professional""",
    "employment_type": """用工性质, 用工类型, 用工方式, 聘用形式, 聘用方式, 人员性质, 人员类别, 编制类型, 用人形式,
        employment, employment kind, kind of employment, type of employment""",
    "start_date": """入职时间, 入职日, 到岗日期, 到岗时间, 任职日期, 任职时间, 任职起始日期, 聘用日期, 聘用开始日期,
        上岗日期, 进本单位时间, 来校时间, 到校日期,
        start, entry date, date of entry, joined on, hire date, date of hire, joining date""",
    "end_date": """离职时间, 离职日, 离岗日期, 离岗时间, no longer counted from, leaving date, date of leaving""",
    "last_day": """最后在岗日期, 最后工作日, 最后工作日期, 在岗截止日期, 末次在岗日, 离职日期（最后在岗日）,
        离职日期（含当日）, 离职日期（最后工作日）, last day at work, last working day, last day of work""",
    "full_time": "是否专职, 是否全职, 全职, fulltime",
    "share": "工作量比例, 工作占比, 投入比例, share of working time, workload",
    "department": "所在部门, 所属部门, 科室, 处室, 二级单位, department name, division",
    "email": "电子邮箱, 电子邮件, 邮件地址, 电子信箱, e-mail, e-mail address, mail",
    "leave_kind": """请假类型, 请假种类, 休假类别, 休假类型, 离岗类别, 离岗原因, leave, kind of leave, leave type,
        type of leave, 休業の種類, 休職の種類""",
    "away_from": """请假开始日期, 请假起始日期, 请假首日, 休假开始日期, 离岗开始日期, first day away, leave from,
        start of leave, leave start, 休業開始日, 休職開始日""",
    "back_on": """返岗日期, 复岗日期, 销假日期, 返岗日期（自该日起重新计入）, first day back, day of coming back,
        back to work on, 復職日, 復帰日""",
    "last_day_away": """请假结束日期, 请假截止日期, 休假结束日期, 休假最后一日, leave until, end of leave, leave end,
        休業最終日, 休職最終日""",
    "staff_no": """职工号, 职工编号, 员工编号, 员工号, 人员编号, 教工号,
        staff number, staff id, employee no., employee number, employee id""",
}
SPELLINGS: dict[str, tuple[str, ...]] = {
    name: tuple(one.strip() for one in spellings.split(",")) for name, spellings in _SPELLINGS.items()
}
# These heads say themselves that every number below them is that of a resident card.
RESIDENT_HEADS = (
    "身份证号", "身份证号码", "身份证", "居民身份证号", "居民身份证号码", "公民身份号码", "公民身份证号码",
    "二代身份证号",
)  # fmt: skip
