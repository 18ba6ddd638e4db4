"""Phrases of plans with stages, sizes, actions, money and rules."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        # titles of tables and sections
        "section.stages": ("分期", "Stages"),
        "section.actions": ("分期项目", "Actions by stage"),
        "section.rules": ("规则与例外", "Rules and exceptions"),
        "table.stages": ("分期覆盖", "Coverage by stage"),
        "table.stage_money": ("分期投资", "Money by stage"),
        "table.actions": ("分期项目", "Actions by stage"),
        "table.stage_classes": ("分期分类型", "Area classes by stage"),
        "column.against_all_points": ("较全域（百分点）", "Against the whole area, points"),
        "monitoring.without": ("不实施方案", "Without the plan"),
        "classes.by_stage": ("分期", "By stage"),
        "table.stage_segments": ("分期分人群", "Groups of people by stage"),
        "table.stage_sites": ("分期机构", "Open facilities by stage"),
        "table.referral": ("转诊关系", "Referral"),
        "table.rules": ("规则", "Rules"),
        "table.exceptions": ("例外登记", "Exception register"),
        "table.orders": ("分期方式比较", "Price of the order"),
        # stages
        "stage.today": ("现状（{year} 年）", "Today ({year})"),
        "stage.today_undated": ("现状", "Today"),
        "stage.year": ("{year} 年", "{year}"),
        "stage.plan": ("方案", "Plan"),
        # columns
        "column.stage_people": ("当年人口", "People then"),
        "column.stage_covered": ("覆盖人口", "People covered"),
        "column.stage_covered_percent": ("覆盖率", "Covered"),
        "column.stage_change_points": ("较现状（百分点）", "Against today, points"),
        "column.stage_sites_open": ("机构", "Facilities"),
        "column.stage_sites_new": ("其中新建", "of which new"),
        "column.capacity": ("服务能力（{unit}/年）", "Capacity, {unit} a year"),
        "column.load": ("服务量（{unit}/年）", "Load, {unit} a year"),
        "column.capital": ("投资", "Capital"),
        "column.budget": ("预算", "Budget"),
        "column.running_cost": ("年运行费", "Running cost a year"),
        "column.staff": ("编制", "Posts"),
        "column.beds": ("床位", "Beds"),
        "column.staff_per_1000": ("每千人编制", "Posts per 1,000"),
        "column.beds_per_1000": ("每千人床位", "Beds per 1,000"),
        "column.floor_area_m2": ("建筑面积（平方米）", "Floor area, m²"),
        "column.capital_source": ("资金：{source}", "From {source}"),
        "column.sizes": ("规模变化", "Size"),
        "column.action_cost": ("措施投资", "Cost of actions"),
        "column.partner": ("去向", "Goes to"),
        "column.partner_en": ("去向英文名", "Goes to, in English"),
        "column.kept": ("满足", "Kept"),
        "column.rule_asked": ("要求", "Asked"),
        "column.rule_zh": ("要求", "Asked (Chinese)"),
        "column.rule_en": ("要求（英文）", "Asked"),
        "column.points_excused": ("居民点", "Settlements"),
        "column.excuse": ("理由", "Reason"),
        "column.approved": ("批准", "Approved"),
        "column.order": ("分期方式", "Order"),
        "column.order_cost": ("总投资", "Capital"),
        "column.referred_to": ("转往", "Refers to"),
        "column.referred_to_en": ("转往英文名", "Refers to, in English"),
        "column.referred_id": ("转往编码", "Refers to, id"),
        "column.referral_minutes": ("转诊分钟", "Referral, min"),
        "column.referral_limit_minutes": ("转诊时限（分钟）", "Referral limit, min"),
        "column.project_kind": ("性质", "Kind"),
        # what capacities are counted in
        "workload.people": ("人", "people"),
        "workload.visits": ("人次", "visits"),
        "workload.panel": ("签约人", "people enrolled"),
        # orders of the stages
        "order.jointly": ("各期联合优化", "stages planned together"),
        "order.final_first": ("先定终期方案，再排先后", "final plan first, then its order"),
        # objectives that only plans with stages, sizes or actions have
        "objective.gradual_coverage": ("渐变覆盖最多", "most gradual coverage"),
        "objective.least_share": ("最低覆盖率最高", "highest least share"),
        "objective.need_coverage": ("按需要加权的覆盖最多", "most coverage weighed by need"),
        "objective.need_travel": ("按需要加权的出行最短", "least travel weighed by need"),
        "objective.coverage_over_time": ("各期累计覆盖最多", "most coverage over time"),
        "objective.weighted": ("加权和最小", "least weighted sum"),
        "unit.person_years": ("人·年", "person-years"),
        "unit.credited_people": ("人（渐变计）", "people, gradually credited"),
        "unit.weighted_people": ("加权人", "people weighed by need"),
        "unit.weighted_people_minutes": ("加权人·分钟", "people × minutes weighed by need"),
        "unit.weighted": ("加权值", "weighted"),
        # limits
        "limit_of.budget_by_stage": ("{of} 年投资", "Capital of {of}"),
        "limit_of.budget_by_source": ("{of}资金", "Funds from {of}"),
        "limit_of.running_cost_per_year": ("年运行费（最高一期）", "Running cost a year, highest stage"),
        "limit_of.staff": ("编制（最多一期）", "Posts, highest stage"),
        "limit_of.beds": ("床位（最多一期）", "Beds, highest stage"),
        # the first page
        "lead.stages": (
            "{standard}人口覆盖率由现状 {today} 提高到 {years}，新增覆盖 **{newly}**",
            "The share of residents {standard} rises from {today} today to {years}: **{newly}** people newly covered",
        ),
        "lead.stages_fall": (
            "{standard}人口覆盖率由现状 {today} 变为 {years}，新增覆盖 {newly}",
            "The share of residents {standard} goes from {today} today to {years}: {newly} people newly covered",
        ),
        "lead.stage": (" {year} 年 {percent}", "{percent} in {year}"),
        "lead.extends": ("扩建 {n} 处", "extends {n}"),
        "lead.refurbishes": ("改造 {n} 处", "refurbishes {n}"),
        "lead.relocates": ("迁建 {n} 处", "relocates {n}"),
        "four.without_plan": ("不实施 {now}", "without the plan {now}"),
        "four.without_plan_target": ("不实施 {now} · 目标 {target}", "without the plan {now} · target {target}"),
        "four.stage_budgets": ("各期预算合计 {budget}", "stages may spend {budget}"),
        "meaning.stages": (
            "人口按当年计：{years}。除“分期”外，各表人口均为 {last} 年，“现状”一栏指今天的机构服务 {last} 年的人口。",
            "People by year: {years}. All tables but Stages count those of {last}; Now is what stands today, serving "
            "them.",
        ),
        "meaning.year_people": ("{year} 年 {people}", "{year}: {people}"),
        "meaning.capacity": (
            "设有服务能力的层级：在标准时间内且在服务能力之内分配到机构的居民才计为覆盖。",
            "With capacities, covered means assigned within the standard time and within capacity.",
        ),
        "summary.stages": ("分期覆盖与投资", "Coverage and money by stage"),
        # definitions
        "definition.capacity": ("服务能力", "Capacity"),
        "definition.capacity_means": (
            "以{unit}/年计；居民点可只覆盖一部分人，其余计为未覆盖。利用率为服务量占服务能力之比。",
            "Counted in {unit} a year. A settlement may be covered in part; the others count as not covered. Use is "
            "load by capacity.",
        ),
        "definition.people_of_year": ("人口年份", "People of which year"),
        # the section
        "stages.chart": ("各期覆盖率与投资", "Coverage and capital by stage"),
        "stages.chart_coverage": ("人口覆盖率", "people covered"),
        "stages.chart_capital": ("当期投资", "capital of the stage"),
        "stages.by_tier": ("分层级", "By tier"),
        "stages.money": ("分期投资与资金来源", "Money by stage and source"),
        "stages.segments": ("分人群", "Groups of people"),
        "stages.segments_note": (
            "同一居民点各人群的覆盖比例与全部居民相同。",
            "In a settlement that is covered in part, each group is covered as the others are.",
        ),
        "stages.note": (
            "覆盖率的分母为当年人口；“现状”为今天的机构服务今天的人口。",
            "Shares are of the people of each year; Today is what stands today, serving the people of today.",
        ),
        "stages.baseline": (
            "如不实施方案，{year} 年的人口覆盖率为 {percent}。",
            "Without the plan, {percent} of the people of {year} would be covered.",
        ),
        "stages.present_cost": (
            "目标函数中的费用（折现{running}）为 {cost}。",
            "The objective counts {cost} (present value{running}).",
        ),
        "stages.with_running": ("，含运行费", ", running cost included"),
        "orders.title": ("分期方式的代价", "The price of the order"),
        "orders.differ": (
            "{chosen}：{objective}为 {value}，总投资 {cost}；{other}：{objective}为 {other_value}，"
            "总投资 {other_cost}。",
            "{chosen}: {value} ({objective}), capital {cost}; {other}: {other_value}, capital {other_cost}.",
        ),
        "orders.none": ("{other}：限时内没有可行方案。", "{other}: no plan in time, or none at all."),
        "actions.none": ("各期均无项目。", "No stage has any action."),
        "actions.fold": (
            "迁建一项含原址关闭与新址建设，投资为两者之和。",
            "A relocation is one project: closing the old place and building at the new one, with the cost of both.",
        ),
        "facilities.planned": (
            "服务人数：分配到该机构的居民；利用率为服务量占服务能力之比；规模、编制、床位为终期数。"
            "少了它失去覆盖：其余机构及其能力不变，居民按同样规则重新分配、使覆盖人数最多时减少的人数。",
            "People assigned: residents sent to the facility. Use is load by capacity. Sizes, posts and beds are those "
            "of the last stage. Lose cover without it: by how many fewer are covered at best where all other "
            "facilities keep their room and everybody is assigned anew by the same rules.",
        ),
        "column.people_sent": ("服务人数", "People assigned"),
        "facilities.beds": ("床位 {n}", "{n} beds"),
        "facilities.staff": ("编制 {n}", "{n} posts"),
        "rules.none": ("未设规则。", "No rules are stated."),
        "rules.kept": ("● 满足", "● kept"),
        "rules.unknown": ("– 无方案", "– no plan"),
        "exceptions.none": ("无例外登记。", "No exceptions are registered."),
        # terminal
        "terminal.coverage_stages": (
            "标准时间内人口覆盖率由现状 {today} 提高到 {year} 年的 {after}（不实施方案为 {before}），新增覆盖 {newly}，"
            "{uncovered}仍未覆盖。",
            "Within the standard time: {today} of people today, {after} in {year} ({before} without the plan); {newly} "
            "newly covered, {uncovered} still not.",
        ),
        "terminal.stage": ("阶段", "stage"),
        "terminal.covered": ("覆盖率", "covered"),
        "terminal.people": ("人口", "people"),
        "terminal.open": ("机构", "sites"),
        "terminal.capital": ("投资", "capital"),
        "terminal.budget": ("预算", "budget"),
        "terminal.actions": ("{actions}，投资 {cost}。", "{actions}; cost {cost}."),
        "terminal.action.build": ("新建 {n} 处", "{n} new"),
        "terminal.action.extend": ("扩建 {n} 处", "{n} extended"),
        "terminal.action.refurbish": ("改造 {n} 处", "{n} refurbished"),
        "terminal.action.relocate": ("迁建 {n} 处", "{n} relocated"),
        "terminal.action.close": ("撤销 {n} 处", "{n} closed"),
        "terminal.action.merge": ("并入 {n} 处", "{n} merged"),
        # gallery
        "gallery.sites_changed": ("新建 / 扩建改造 / 保留 / 撤并", "New / extended / kept / closed"),
        # comparison
        "compare.action_other": ("另一方案的措施", "In the other plan"),
        "compare.twin_extend": ("扩建", "extended"),
        "compare.twin_refurbish": ("改造", "refurbished"),
        "compare.actions": ("同为开放、措施不同的机构", "Open in both plans, done differently"),
        "compared.stage_percent": ("{year} 年人口覆盖率", "Covered in {year}"),
        "compared.stage_capital": ("{year} 年投资", "Capital of {year}"),
        "compared.running_cost": ("年运行费，终期", "Running cost a year, last stage"),
        "compared.extended_sites": ("扩建机构", "Extended facilities"),
        "compared.closed_sites": ("撤并机构", "Closed facilities"),
    }
)
"""Phrases of planning runs."""
