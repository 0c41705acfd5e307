"""Tables of the warehouse: one row per submission, its persons apart, and what jobs derive."""

import sqlalchemy as sa

warehouse = sa.MetaData()

submissions = sa.Table(
    "submissions",
    warehouse,
    sa.Column(
        "submission_key", sa.BigInteger, nullable=False, comment="surrogate, stable over updates"
    ),
    sa.Column("submission_id", sa.String(64), nullable=False, comment="登记编号"),
    sa.Column("source", sa.String(64), nullable=False, comment="来源系统"),
    sa.Column("kind", sa.String(16), nullable=False, comment="类型"),
    sa.Column("linked_id", sa.String(64), comment="同一诉求拆分的另一件"),
    sa.Column("registered_at", sa.DateTime, nullable=False, comment="登记时间"),
    sa.Column("registered_on", sa.Date, nullable=False, comment="登记日期"),
    sa.Column("weekday", sa.SmallInteger, nullable=False, comment="ISO 1-7"),
    sa.Column("hour", sa.SmallInteger, nullable=False),
    sa.Column("channel", sa.String(32), comment="接收方式"),
    sa.Column("channel_group", sa.String(16), comment="接收方式大类"),
    sa.Column("information_source", sa.String(64), comment="信息来源"),
    sa.Column("complainant_masked", sa.String(64), comment="姓名（脱敏）"),
    sa.Column("complainant_gender", sa.String(16), comment="性别"),
    sa.Column("complainant_age_band", sa.String(16), comment="年龄段"),
    sa.Column("phone_masked", sa.String(32), comment="联系电话（脱敏）"),
    sa.Column("person_key", sa.String(32), comment="同一人识别码（带密钥的散列）"),
    sa.Column("operator_id", sa.String(64), comment="经营主体"),
    sa.Column("respondent_name", sa.String(256), comment="被投诉企业名称（登记原文）"),
    sa.Column("uscc", sa.String(18), comment="统一社会信用代码"),
    sa.Column("operator_type", sa.String(64), comment="市场主体类型"),
    sa.Column("industry_section", sa.String(4), comment="行业门类"),
    sa.Column("industry", sa.String(8), comment="行业大类"),
    sa.Column("respondent_address", sa.String(256), comment="企业地址"),
    sa.Column("province_code", sa.String(6)),
    sa.Column("city_code", sa.String(6)),
    sa.Column("county_code", sa.String(6), comment="经营区"),
    sa.Column("street_code", sa.String(9)),
    sa.Column("business_district", sa.String(32), comment="商圈"),
    sa.Column("incident_place", sa.String(256), comment="事发地"),
    sa.Column("product_kind", sa.String(4), comment="客体大类"),
    sa.Column("product_category", sa.String(8), comment="客体中类"),
    sa.Column("product", sa.String(16), comment="客体小类"),
    sa.Column("product_name", sa.String(128), comment="商品/服务名称"),
    sa.Column("brand", sa.String(64), comment="品牌"),
    sa.Column("quantity", sa.Float, comment="数量"),
    sa.Column("consumed_yuan", sa.Float, comment="消费金额"),
    sa.Column("disputed_yuan", sa.Float, comment="争议金额"),
    sa.Column("sale_mode", sa.String(16), comment="销售方式"),
    sa.Column("is_online", sa.Boolean, comment="是否网购"),
    sa.Column("online_platform", sa.String(64), comment="网购平台"),
    sa.Column("is_livestream", sa.Boolean, comment="是否直播"),
    sa.Column("is_prepaid", sa.Boolean, comment="是否预付式消费"),
    sa.Column("issue_type", sa.String(8), comment="问题类别（一级）"),
    sa.Column("issue_subtype", sa.String(16), comment="问题类别（二级）"),
    sa.Column("requested_remedies", sa.String(128), comment="诉求内容"),
    sa.Column("title", sa.String(256), comment="标题"),
    sa.Column("narrative", sa.Text, comment="具体问题（已脱敏）"),
    sa.Column("keywords", sa.String(256), comment="关键词"),
    sa.Column("tags", sa.String(256), comment="标签"),
    sa.Column("disputed_at", sa.DateTime, comment="争议发生时间"),
    sa.Column("handling_unit", sa.String(128), comment="处理机构"),
    sa.Column("handling_section", sa.String(128), comment="处理部门"),
    sa.Column("dispatched_at", sa.DateTime, comment="分送时间"),
    sa.Column("first_check_due_at", sa.DateTime, comment="初查期限"),
    sa.Column("first_checked_at", sa.DateTime, comment="初查时间"),
    sa.Column("acceptance", sa.String(16), comment="初查受理状态"),
    sa.Column("reject_reason", sa.String(128), comment="不予受理原因"),
    sa.Column("accepted_at", sa.DateTime, comment="受理时间"),
    sa.Column("due_at", sa.DateTime, comment="办理期限"),
    sa.Column("closed_at", sa.DateTime, comment="办结时间"),
    sa.Column("status", sa.String(16), nullable=False, comment="办理情况状态"),
    sa.Column("mediation_result", sa.String(16), comment="调解结果"),
    sa.Column("mediation_end_reason", sa.String(128), comment="终止调解原因"),
    sa.Column("is_transferred_to_case", sa.Boolean, comment="是否诉转案"),
    sa.Column("is_case_opened", sa.Boolean, comment="是否立案"),
    sa.Column("case_opened_at", sa.DateTime, comment="立案时间"),
    sa.Column("case_value_yuan", sa.Float, comment="案值"),
    sa.Column("fined_yuan", sa.Float, comment="罚款金额"),
    sa.Column("confiscated_yuan", sa.Float, comment="没收金额"),
    sa.Column("recovered_yuan", sa.Float, comment="挽回经济损失"),
    sa.Column("feedback", sa.Text, comment="反馈内容（已脱敏）"),
    sa.Column("satisfaction", sa.SmallInteger, comment="满意度 1-5"),
    sa.Column("is_published", sa.Boolean, comment="是否公示"),
    sa.Column("published_at", sa.DateTime, comment="公示时间"),
    sa.Column("is_odr", sa.Boolean, comment="是否ODR"),
    sa.Column("odr_result", sa.String(16), comment="ODR结果"),
    sa.Column("is_supervised", sa.Boolean, comment="督办标志"),
    sa.Column("is_serial_claimant", sa.Boolean, comment="是否疑似职业索赔（来源系统标注）"),
    sa.Column("updated_at", sa.DateTime, comment="来源系统更新时间"),
    sa.Column("first_check_on_time", sa.SmallInteger, comment="1 on time, 0 late, NULL unknown"),
    sa.Column("closed_on_time", sa.SmallInteger, comment="1 on time, 0 late, NULL unknown"),
    sa.Column("handling_days", sa.Float, comment="registered to closed, days"),
    sa.Column(
        "exclusion_reason", sa.String(32), comment="why left out of de-noised counts; NULL counted"
    ),
)

persons = sa.Table(
    "persons",
    warehouse,
    sa.Column("submission_id", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), comment="姓名"),
    sa.Column("phone", sa.String(32), comment="联系电话"),
    sa.Column("id_number", sa.String(32), comment="证件号码"),
    sa.Column("address", sa.String(256), comment="通讯地址"),
    sa.Column("raw_narrative", sa.Text, comment="具体问题原文；NULL where masking changed nothing"),
    sa.Column("raw_feedback", sa.Text, comment="反馈内容原文；NULL where masking changed nothing"),
)

operators = sa.Table(
    "operators",
    warehouse,
    sa.Column("operator_id", sa.String(64), nullable=False),
    sa.Column("uscc", sa.String(18)),
    sa.Column("name", sa.String(256), nullable=False),
    sa.Column("operator_type", sa.String(64)),
    sa.Column("industry_section", sa.String(4)),
    sa.Column("industry", sa.String(8)),
    sa.Column("city_code", sa.String(6)),
    sa.Column("county_code", sa.String(6)),
    sa.Column("street_code", sa.String(9)),
    sa.Column("business_district", sa.String(32)),
    sa.Column("address", sa.String(256)),
    # A few names are looked up among millions: 3 ms instead of 200 ms of a core for 40 of 2.9 million.
    sa.Index("operators_by_id", "operator_id", unique=True),
)

operator_submissions = sa.Table(
    "operator_submissions",
    warehouse,
    sa.Column("operator_id", sa.String(64), nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("raw_number", sa.BigInteger, nullable=False, comment="of queries.raw_operators"),
    comment="which submissions name an operator; stored by operator, so that its own lie together",
)

import_state = sa.Table(
    "import_state",
    warehouse,
    sa.Column("submission_id", sa.String(64), nullable=False),
    sa.Column("row_hash", sa.BigInteger, nullable=False, comment="over every mapped value"),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("status_rank", sa.SmallInteger, nullable=False),
    sa.Column("as_of", sa.DateTime, nullable=False, comment="when the source was exported"),
)

words = sa.Table(
    "words",
    warehouse,
    sa.Column("word_id", sa.Integer, nullable=False),
    sa.Column("word", sa.String(64), nullable=False),
)

submission_words = sa.Table(
    "submission_words",
    warehouse,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("word_id", sa.Integer, nullable=False, comment="once per submission and word"),
)

facts_info = sa.Table(
    "facts_info",
    warehouse,
    sa.Column(
        "facts_version", sa.Integer, nullable=False, comment="raised whenever submissions change"
    ),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("first_day", sa.Date),
    sa.Column("last_day", sa.Date),
    sa.Column("imported_at", sa.DateTime),
    sa.Column("synthetic", sa.Boolean, nullable=False, comment="demo data, said so on every page"),
)

derived = sa.Table(
    "derived",
    warehouse,
    sa.Column("name", sa.String(64), nullable=False, comment="a cube, rollup or words"),
    sa.Column("facts_version", sa.Integer, nullable=False, comment="facts it was derived from"),
    sa.Column("definition", sa.String(16), nullable=False, comment="queries.definitions"),
    sa.Column("row_count", sa.BigInteger, nullable=False),
    sa.Column("derived_at", sa.DateTime, nullable=False),
)

dirty_days = sa.Table(
    "dirty_days",
    warehouse,
    sa.Column("registered_on", sa.Date, nullable=False, comment="a day whose submissions changed"),
    sa.Column("facts_version", sa.Integer, nullable=False, comment="the version that changed it"),
)

SCHEMA_VERSION = 2
"""Raised with every change of these tables; a generation of another version is refused."""
