"""Phrases of the report page."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "report.kicker": (
            "基层医疗机构布局 · 覆盖分析报告 · {scenario}",
            "Primary care siting · coverage report · {scenario}",
        ),
        "report.contents": ("目录", "Contents"),
        "report.language": ("语言", "Language"),
        # titles of sections
        "section.summary": ("一页摘要", "Summary on one page"),
        "section.conflicts": ("为何无解与可行的调整", "Why there is no plan, and ways out"),
        "section.definitions": ("口径与定义", "Definitions"),
        "section.tiers": ("分层级覆盖", "Coverage by tier"),
        "section.zones": ("分乡镇、街道", "By township"),
        "section.area_classes": ("城区、镇、乡", "By area class"),
        "section.time_bands": ("时间分段", "Time bands"),
        "section.uncovered": ("未覆盖名单", "Uncovered list"),
        "section.uncovered_now": ("现状未覆盖名单", "Uncovered today"),
        "section.facilities": ("机构一览", "Facilities"),
        "section.benefit": ("逐项效益", "Benefit of each project"),
        "section.cost": ("投资", "Money"),
        "section.equity": ("公平性", "Equity"),
        "section.sensitivity": ("敏感性", "Sensitivity"),
        "section.resilience": ("韧性", "Resilience"),
        "section.compare": ("方案差异", "What changed"),
        "section.targets": ("目标与限额", "Targets and limits"),
        "section.monitoring": ("监测指标", "Monitoring"),
        "section.projects": ("项目清单", "Project list"),
        "section.appendix": ("附录", "Appendix"),
        # the lead, in parts that are joined to one paragraph
        "standard.minutes": ("{minutes} 分钟", "within {minutes} minutes"),
        "standard.several": ("标准时间内", "within the standard time"),
        "lead.coverage": (
            "{standard}人口覆盖率由 {now} 提高到 **{plan}**，新增覆盖 **{newly}**",
            "The share of residents {standard} rises from {now} to **{plan}**: **{newly}** people newly covered",
        ),
        "lead.coverage_falls": (
            "{standard}人口覆盖率由 {now} 变为 **{plan}**，新增覆盖 {newly}",
            "The share of residents {standard} goes from {now} to **{plan}**: {newly} people newly covered",
        ),
        "lead.coverage_same": (
            "{standard}人口覆盖率为 **{plan}**，与现状相同",
            "The share of residents {standard} stays at **{plan}**",
        ),
        "lead.target_met": ("，达到 {target} 的目标。", ", and the {target} target met. "),
        "lead.only_target_met": ("，达到覆盖目标。", ", and the coverage target met. "),
        "lead.targets_met": ("，{n} 项覆盖目标全部达到。", ", and all {n} coverage targets met. "),
        "lead.target_short": (
            "，距 {target} 的目标差 {points} 个百分点。",
            ", {points} points short of the {target} target. ",
        ),
        "lead.target_reachable": (
            "，可达人口全部覆盖。",
            ", everybody who can be reached. ",
        ),
        "lead.stop": ("。", ". "),
        "lead.measures": ("规划{measures}，总投资 {cost}。", "The plan {measures}, for {cost}. "),
        "lead.measures_free": ("规划{measures}。", "The plan {measures}. "),
        "lead.nothing_built": ("不新建、不撤并机构。", "Nothing is built or closed. "),
        "lead.builds": ("新建 {n} 处", "builds {n}"),
        "lead.closes": ("撤并 {n} 处", "closes {n}"),
        "lead.uncovered": (
            "仍有 **{people}**未覆盖，逐点列出原因与办法。",
            "**{people}** people remain uncovered; each settlement is listed with its reason and remedy.",
        ),
        "lead.uncovered_and_losing": (
            "仍有 **{people}**未覆盖，其中 {losing}因调整失去覆盖；逐点列出原因与办法。",
            "**{people}** people remain uncovered, {losing} of them losing the cover they have today; each settlement "
            "is listed with its reason and remedy.",
        ),
        "lead.all_covered": ("全部居民点均已覆盖。", "Every settlement is covered."),
        "lead.infeasible": (
            "所定目标与限额不能同时满足，**没有可行方案**。下列调整经求解验证，可使方案成立。",
            "The targets and limits cannot hold together: **there is no feasible plan**. The changes below are "
            "verified by a solve and make a plan possible. ",
        ),
        "lead.infeasible_without_ways": (
            "所定目标与限额不能同时满足，**没有可行方案**。",
            "The targets and limits cannot hold together: **there is no feasible plan**. ",
        ),
        "lead.no_solution": (
            "**限时内没有找到方案**。这并不说明方案不存在：请放宽时限或允许更大的差距后重算。",
            "**No plan was found in time.** That does not mean that there is none: allow more "
            "time or a larger gap and run again. ",
        ),
        "lead.today": (
            "现状{standard}人口覆盖率为 {now}，{people}未覆盖。",
            "Today {now} of residents are {standard}; {people} people are not covered.",
        ),
        "meaning.tier": ("{tier}（{standard}）", "{tier} ({standard})"),
        "meaning.all": (
            "覆盖的口径：{tiers}。分母为全部常住人口 {people} 人，含不可达者。",
            "Covered means: {tiers}. The denominator is all {people} residents, the unreachable included.",
        ),
        "meaning.unverified": ("标准未核实", "standard unverified"),
        # the four figures
        "four.coverage": ("人口覆盖率", "Population coverage"),
        "four.coverage_now": ("现状人口覆盖率", "Population coverage today"),
        "four.newly": ("新增覆盖", "Newly covered"),
        "four.cost": ("总投资", "Investment"),
        "four.uncovered": ("仍未覆盖", "Still uncovered"),
        "four.uncovered_now": ("现状未覆盖", "Uncovered today"),
        "four.people": ("常住人口", "People"),
        "four.sites_now": ("现有机构", "Facilities today"),
        "four.now": ("现状 {now}", "now {now}"),
        "four.now_target": ("现状 {now} · 目标 {target}", "now {now} · target {target}"),
        "four.per_person": ("每新增 1 人 {cost}", "{cost} per person"),
        "four.losing": ("{people}失去覆盖", "{people} lose cover"),
        "four.nobody_loses": ("无人失去覆盖", "nobody loses cover"),
        "four.budget": ("预算 {budget}以内", "within {budget}"),
        "four.no_budget": ("未设上限", "no limit set"),
        "four.share_and_points": ("占 {share} · {n} 个居民点", "{share} · {n} settlements"),
        "four.points": ("{n} 个居民点", "{n} settlements"),
        # the rest of the first page
        "summary.by_state": ("居民覆盖情况", "Residents by coverage"),
        "summary.by_tier": ("分层级", "By tier"),
        "summary.money": ("投资", "Money"),
        "summary.uncovered": ("未覆盖的人怎么办", "What is done for the uncovered"),
        "summary.uncovered_now": ("现状未覆盖的原因", "Why people are uncovered today"),
        "summary.reason_and_remedy": ("{reason}：{remedy}。", "{reason}: {remedy}."),
        "summary.reason_only": ("{reason}。", "{reason}."),
        "summary.ways_out": ("可行的调整", "Ways out"),
        "summary.target": ("目标 {target}", "target {target}"),
        "summary.no_building": ("本方案不新建机构。", "This plan builds nothing."),
        "summary.status": ("求解状态", "Solver"),
        "summary.unverified": ("{n} 项采用值未核实", "unverified values: {n}"),
        "summary.see_definitions": ("，见“口径与定义”和附录", ", see Definitions and the appendix"),
        "summary.question": ("问题", "Question"),
        # definitions
        "definition.item": ("项目", "Item"),
        "definition.used": ("采用", "Used here"),
        "definition.source": ("来源", "Source"),
        "definition.covered": ("覆盖", "Covered"),
        "definition.covered_means": (
            "居民点在标准时间内（含标准时间）可到一处本层级的开放机构；有几个层级为其服务，就须被每个层级覆盖。",
            "An open facility of the tier lies within the standard time, the time itself included; a settlement served "
            "by several tiers must be covered by each of them.",
        ),
        "definition.standard": ("标准：{tier}", "Standard: {tier}"),
        "definition.facility_set": ("机构集：{tier}", "Facility set: {tier}"),
        "definition.facilities_counted": (
            "现有 {existing} 处，备选 {candidates} 处",
            "{existing} existing, {candidates} candidates",
        ),
        "definition.denominator": ("分母", "Denominator"),
        "definition.denominator_means": (
            "全部常住人口 {people} 人，{points} 个居民点，含不可达者；分层级时为该层级服务的人口",
            "all {people} residents of {points} settlements, the unreachable included; by tier, the people it serves",
        ),
        "definition.unreachable": ("不可达", "Unreachable"),
        "definition.unreachable_means": (
            "标准时间内没有任何可用站点（现有或备选）：{people} 人",
            "no usable site, existing or candidate, within the standard: {people} people",
        ),
        "definition.travel": ("出行：{mode}", "Travel: {mode}"),
        "definition.speeds": (
            "{n} 项速度与参数，{unverified} 项未核实",
            "speeds and parameters: {n}, unverified: {unverified}",
        ),
        "definition.other": ("其他采用值", "Other values"),
        "definition.other_count": ("{n} 项，{unverified} 项未核实", "values: {n}, unverified: {unverified}"),
        "definition.data": ("数据", "Data"),
        "definition.from_scenario": ("情景文件", "scenario file"),
        "definition.from_appendix": ("附录：假定与来源", "appendix: assumptions and sources"),
        "definition.not_stated": ("来源未注明", "no source stated"),
        # sections
        "zones.key_now": ("现状", "now"),
        "zones.key_plan": ("规划", "plan"),
        "zones.key_reference": ("参考线 {percent}（目标）", "reference {percent} (target)"),
        "zones.key_references": ("参考线（各自目标）", "reference (each unit's target)"),
        "zones.key_average": ("参考线 {percent}（全域平均）", "reference {percent} (average)"),
        "zones.key_sort": ("最差在前；点表头可排序", "worst first; click a heading to sort"),
        "zones.all_present": (
            "每个乡镇、街道都设有服务它的各层级机构。",
            "Every unit has a facility of each tier that serves it.",
        ),
        "zones.lacking": (
            "没有{tier}的乡镇、街道（{n} 个）：{names}。",
            "Units without {tier} ({n}): {names}.",
        ),
        "zones.note": (
            "覆盖率分母为本乡镇、街道全部居民；评价以目标为准，无目标时与全域平均比较。类型按多数居民所在类别。",
            "Shares are of all residents of the unit. Ratings follow the target, or the average of the whole area "
            "where none is stated. The class is that of most residents.",
        ),
        "zones.no_population": ("–", "–"),
        "zones.unnamed": ("（未注明）", "(not stated)"),
        "classes.gap": (
            "镇、乡与城区的覆盖率差距（镇、乡减城区）由 {now} 个百分点变为 {plan} 个百分点；"
            "两者之比由 {ratio_now} 变为 {ratio_plan}。",
            "The gap between countryside and urban area (countryside minus urban) goes from {now} to {plan} points, "
            "their ratio from {ratio_now} to {ratio_plan}.",
        ),
        "classes.gap_now": (
            "现状镇、乡与城区的覆盖率差距（镇、乡减城区）为 {now} 个百分点，两者之比为 {ratio_now}。",
            "Today the gap between countryside and urban area (countryside minus urban) is {now} points, their ratio "
            "{ratio_now}.",
        ),
        "round.note": (
            "变化以百分点计，由未舍入的数值计算。",
            "Changes are in percentage points, computed before rounding.",
        ),
        "bands.sentence": (
            "到最近开放机构的时间：平均由 {now} 分钟变为 {plan} 分钟，"
            "九成居民由 {now90} 分钟以内变为 {plan90} 分钟以内。",
            "Time to the nearest open facility: the mean goes from {now} to {plan} minutes; nine residents in ten are "
            "within {plan90} minutes instead of {now90}.",
        ),
        "bands.sentence_now": (
            "到最近机构的时间：现状平均 {now} 分钟，九成居民在 {now90} 分钟以内。",
            "Time to the nearest facility today: {now} minutes on average; nine residents in ten are within {now90}.",
        ),
        "bands.chart": ("各时间段的人口占比", "Share of residents by minutes"),
        "bands.minutes": ("分钟", "minutes"),
        "bands.tier": ("{tier}（服务{classes}）", "{tier} (serves {classes})"),
        "bands.none_in_reach": (
            "最后一段包含时限内没有机构可到的居民；平均值不含他们。",
            "The last band holds those without any facility in reach; the means leave them out.",
        ),
        "uncovered.sum": (
            "合计与未覆盖人口一致：{people} − {covered} = {uncovered}。",
            "The total equals the uncovered population: {people} − {covered} = {uncovered}.",
        ),
        "uncovered.lacks": ("{tiers}（{minutes} 分钟）", "{tiers} ({minutes} min)"),
        "uncovered.nearest": (
            "最近机构：未达标层级中超标最多者的最近开放机构；超出计算范围的，为直线最近者，不列分钟。"
            "可用站点分钟：到该层级最近的现有或备选站点。",
            "Nearest facility: the nearest open one of the tier whose standard is missed by most; beyond the search "
            "limit the nearest in a straight line, without minutes. Usable site: its nearest existing or candidate "
            "site.",
        ),
        "uncovered.road_km": (
            "道路公里：沿最快路线的长度（路线简化到约 10 米）。",
            "Road km: the length of the fastest way, which is simplified to about 10 m.",
        ),
        "uncovered.km": (
            "公里：沿最快路线的长度（路线简化到约 10 米）；没有路线的为直线距离，标明“直线”。",
            "Km: the length of the fastest way, which is simplified to about 10 m; where the way is not known, as the "
            "crow flies, marked straight line.",
        ),
        "uncovered.straight": ("直线", "straight line"),
        "uncovered.straight_km": (
            "直线公里：直线距离，不是道路里程。",
            "Straight-line km: as the crow flies, not along the road.",
        ),
        "uncovered.none": ("全部居民点均已覆盖。", "Every settlement is covered."),
        "fold.show_all": ("显示全部 {n} 行（现列前 {shown} 行）", "Show all {n} rows (the first {shown} are listed)"),
        "fold.print": ("另有 {n} 行未打印。", "{n} more rows are not printed."),
        "fold.rest": (
            "其余 {n} 行见 report.xlsx 与 tables 文件夹",
            "{n} more rows: see report.xlsx and the folder tables",
        ),
        "facilities.unused": ("另有 {n} 处备选站点未选用。", "{n} candidate sites are not used."),
        "facilities.assigned": (
            "就近服务人数：以该机构为最近开放机构、且在标准时间内的居民；少了它失去覆盖：其余不变时的人数。",
            "People assigned: residents within the standard for whom it is the nearest open facility of its tier. "
            "Lose cover without it: with all else unchanged.",
        ),
        "facilities.elsewhere": (
            "跨乡镇服务占比：居住在其他乡镇、街道的人占该机构服务人数之比；全部机构合计 {share}，分母 {people} 人"
            "（由几个层级服务者各计一次）。",
            "From other units: of the people assigned to a facility, the share who live in another township or "
            "subdistrict; {share} over all facilities, of {people} people (once for each tier that serves them).",
        ),
        "facilities.lost_unknown": (
            "{n} 处机构的“少了它失去覆盖”限时内未算出。",
            "Of {n} facilities it was not known in time who would lose cover without them.",
        ),
        "cost.total": (
            "总投资 {cost}，新增覆盖 {newly}，平均每新增覆盖 1 人 {per_person}。",
            "The plan costs {cost} and newly covers {newly} people: {per_person} for each of them.",
        ),
        "cost.budget_left": ("预算 {budget}，结余 {left}。", "Of a budget of {budget}, {left} is left."),
        "cost.nothing": ("本方案不需投资。", "This plan costs nothing."),
        "equity.level": (
            "系数只反映时间在居民之间的分布是否均匀，不反映时间长短，须与平均时间一并看；"
            "时限内没有机构可到的 {people} 人不在其中。",
            "The coefficients say how evenly minutes are spread, not how many they are: read them with the mean. "
            "{people} people without a facility in reach are left out.",
        ),
        "equity.chart": ("出行时间的洛伦兹曲线", "Lorenz curve of minutes"),
        "equity.people": ("居民累计 %，由近到远", "residents, nearest first, %"),
        "equity.minutes": ("时间累计 %", "their minutes, %"),
        "equity.equal": ("完全均等", "all equal"),
        "sensitivity.sentence": (
            "机构不变时，影响最大的是：{what}，覆盖率在 {low} 与 {high} 之间（本方案 {base}）。",
            "With the same facilities, this matters most: {what}; coverage lies between {low} and {high} ({base} as "
            "stated).",
        ),
        "sensitivity.standard": ("{tier}标准或车速 ±20%", "{tier}: standard or speed ±20%"),
        "sensitivity.speed": ("全部出行速度 ±20%", "all speeds ±20%"),
        "sensitivity.people": ("全部人口 ±10%", "people ±10%"),
        "sensitivity.capacity": ("全部服务能力 ±10%", "all capacities ±10%"),
        "sensitivity.assigned": (
            "除首行外，居民均按同样规则在原有机构之间重新分配，使覆盖人数最多；首行为本方案。"
            "分配规则随标准变化、或限时内未算出的变动不列。",
            "In all rows but the first, which is the plan, people are assigned anew by the same rules so that the same "
            "sites cover the most. Left out is what would change the rule itself, or was not known in time.",
        ),
        "stability.left_out": (
            "情景要求换假定重新求解（稳定性），但有规模、分期或规则的方案不做此项，故不列稳定与易变站点。",
            "The scenario asks to be solved again under other assumptions (stability); plans with sizes, stages or "
            "rules are not, so no stable or fragile sites are listed.",
        ),
        "sensitivity.chart": ("覆盖率对假定的敏感性", "How coverage answers to its assumptions"),
        "sensitivity.base": ("采用值 {percent}", "as stated {percent}"),
        "sensitivity.note": (
            "机构选址不变，只改计算口径，未重新求解。速度提高 20% 与标准放宽 20% 可到达的范围相同。"
            "超出计算范围的时间未知，不给数字。",
            "The facilities stay as they are; nothing is solved again. Travelling 20% faster reaches just what a "
            "standard 20% longer does. Times beyond the search limit are not known and give no figure.",
        ),
        "second_cover.sentence": (
            "标准时间内有两处开放机构可到的居民占 {percent}；其余已覆盖居民 {people}只靠一处机构。",
            "{percent} of residents have two open facilities within the standard; {people} of the covered hang on one.",
        ),
        "fine_grid.sentence": (
            "{cells} 个有人栅格在模型中合并为 {points} 个居民点。按每个栅格自身的出行时间复核，"
            "覆盖率为 {fine}，模型为 {model}：误差 {error} 个百分点，{people} 人。",
            "{cells} inhabited cells are {points} demand points in the model. With the travel time of each cell itself "
            "{fine} are covered, instead of {model} in the model: an error of {error} points, {people} people.",
        ),
        "fine_grid.too_many_cells": (
            "{points} 个居民点由 {cells} 个有人栅格合并而成；栅格超过 {most} 个，未逐个复核。",
            "The {points} demand points are put together from {cells} inhabited cells; more than {most} are not "
            "checked one by one.",
        ),
        "fine_grid.table": (
            "{points} 个居民点由 {cells} 个有人栅格合并而成；出行时间取自表格，表中没有栅格，未逐个复核。",
            "The {points} demand points are put together from {cells} inhabited cells, which are not checked one by "
            "one: times come from a table, which does not have them.",
        ),
        "fine_grid.planning": (
            "{points} 个居民点由 {cells} 个有人栅格合并而成；覆盖还取决于规模、分期或分配，未逐个复核。",
            "The {points} demand points are put together from {cells} inhabited cells, which are not checked one by "
            "one: sizes, stages or assignments decide who is covered, not times alone.",
        ),
        "fine_grid.note": (
            "误差为按栅格减按模型。“判断不同”为两者结论不一的栅格人口，互相抵消的误差也计入。",
            "Error: by cell minus by demand point. Judged otherwise: people in cells about which the two disagree, so "
            "that errors which cancel each other out are counted too.",
        ),
        "resilience.single": ("任一机构停用的影响", "Each facility taken away on its own"),
        "build_order.title": ("建设次序", "Order of building"),
        "build_order.note": (
            "从保留的机构出发，每一步选择单位投资新增覆盖人口最多的一处；只看覆盖，不看工期。",
            "Starting with what stays, each step takes the site that newly covers most people for its money; it looks "
            "at cover only, not at the time it takes to build.",
        ),
        "monitoring.note": (
            "以现状为基年，按年复测；工作簿中有实际值和责任单位两栏待填。"
            "规划实施情况：facopt compare 方案文件夹 --as-built 名册。",
            "Today is the base year; to be measured again every year. The workbook has columns for the actual figures "
            "and for who is responsible; facopt compare RUN --as-built REGISTER tells what stands by then.",
        ),
        "monitoring.targets": (
            "目标为情景所设；100% 的目标按可达人口计。差距为规划值减目标。",
            "Targets are those of the scenario, 100% being all who can be reached. The last column is the plan minus "
            "the target.",
        ),
        "resilience.sentence": (
            "任一机构停用时影响最大的是{name}：{people}失去覆盖，覆盖率降到 {percent}。",
            "The loss of {name} would hurt most: {people} people would lose cover, and coverage fall to {percent}.",
        ),
        "resilience.none": (
            "任一机构停用都不会使居民失去覆盖。",
            "No single facility's loss would take cover from anybody.",
        ),
        "compare.pointer": (
            "与其他方案的差异（先列输入的不同，再列得失的居民）由下列命令生成：",
            "The differences from another run (inputs first, then who gains and who loses) are made by this command:",
        ),
        "targets.none": ("情景未设覆盖目标。", "The scenario states no coverage target."),
        "limits.none": ("情景未设限额。", "The scenario states no limits."),
        "targets.hundred": (
            "100% 的目标指可达人口全部覆盖；不可达者另列名单。",
            "A target of 100% asks for everybody who can be reached; the others are listed.",
        ),
        "projects.none": ("本方案没有新建或撤并项目。", "This plan builds and closes nothing."),
        "projects.costs_unverified": ("造价未核实", "unit costs unverified"),
        # appendix
        "appendix.findings_none": ("数据检查没有发现问题。", "The data checks found nothing to remark."),
        "appendix.assumptions": (
            "共 {n} 项，其中 {unverified} 项未核实。",
            "Values: {n}, of which unverified: {unverified}.",
        ),
        "appendix.solver": ("求解", "Solve"),
        "appendix.solver_facts": (
            "{solver} {version}，{variables} 个变量，{rows} 行，{limit}",
            "{solver} {version}, {variables} variables, {rows} rows, {limit}",
        ),
        "appendix.referee": ("复核", "Referee"),
        "appendix.referee_facts": (
            "覆盖、费用与各项约束由独立程序从选定的机构重新计算，与求解结果一致",
            "coverage, cost and every constraint are recomputed from the chosen sites by independent code and agree",
        ),
        "appendix.log": ("求解日志", "Log"),
        "appendix.travel": ("路网：{mode}", "Roads: {mode}"),
        "appendix.reproduce": ("可重现", "Reproducible"),
        "appendix.reproduce_facts": (
            "情景 {scenario}；输入文件的哈希、种子与版本见 run.json；facopt {version}，{date}",
            "scenario {scenario}; hashes of the inputs, seed and versions in run.json; facopt {version}, {date}",
        ),
        "fact.nodes": ("节点 {n}", "{n} nodes"),
        "fact.edges": ("路段 {n}", "{n} road sections"),
        "fact.components": ("连通块 {n}", "{n} separate pieces"),
        "fact.length_km": ("总长 {n} 公里", "{n} km"),
        "fact.demand_without_connection": ("{n} 个居民点不通路", "{n} settlements without a road"),
        "fact.speed_kmh": ("时速 {n} 公里", "{n} km/h"),
        "fact.detour": ("绕行系数 {n}", "detour factor {n}"),
        "fact.pairs": ("{n} 对", "{n} pairs"),
    }
)
