"""Phrases of a plan held against what stands."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "built.title": ("规划实施情况", "Plan and as-built"),
        "built.run": ("实际建成", "as built"),
        "built.everybody": ("全部居民", "everybody"),
        # the sentences
        "built.projects": (
            "规划新建 {planned} 处，已建成 **{built}** 处，未建成 **{missing}** 处。",
            "Of {planned} new facilities planned, **{built}** stand and **{missing}** do not.",
        ),
        "built.against": (
            "对照规划 **{stage} 年**阶段（{day} 时已到期的最后一期）。",
            "Held against the plan's stage of **{stage}**, the last that has begun by {day}.",
        ),
        "built.against_first": (
            "对照规划首期 **{stage} 年**；{day} 时该期尚未到期。",
            "Held against the plan's first stage, **{stage}**, which is not due by {day} yet.",
        ),
        "built.against_last": (
            "对照规划最后一期 **{stage} 年**。",
            "Held against the plan's last stage, **{stage}**.",
        ),
        "built.no_projects_yet": ("规划到该期没有新建机构。", "The plan builds no new facility by then."),
        "built.extensions": (
            "应扩建、改造 {planned} 处，已完成 {done} 处。",
            "Extensions and refurbishments due: {planned}; done: {done}.",
        ),
        "built.no_projects": ("规划没有新建机构。", "The plan builds no new facility."),
        "built.coverage": (
            "按建成情况，标准时间内人口覆盖率为 **{built}**（规划 {plan}，编制时 {now}）。",
            "As built, **{built}** of people are covered within the standard time "
            "(plan {plan}, when it was made {now}).",
        ),
        "built.newly": (
            "规划新增覆盖的 {planned}中，{reached}已得到覆盖，{waiting}仍在等待。",
            "Of {planned} people whom the plan newly covers, {reached} are covered by now and {waiting} still wait.",
        ),
        "built.lost": (
            "{people}在规划编制时已有覆盖，现在失去了。",
            "{people} people were covered when the plan was made and have lost it.",
        ),
        "built.beyond": (
            "{people}不在规划覆盖之内，现已得到覆盖。",
            "{people} people whom the plan leaves out are covered.",
        ),
        "built.gone_sites": (
            "{n} 处应保留的机构没有列入名册或已停办，按不存在计。",
            "{n} facilities that were to stay do not stand by the register.",
        ),
        "built.gone_site": (
            "1 处应保留的机构没有列入名册或已停办，按不存在计。",
            "One facility that was to stay does not stand by the register.",
        ),
        "built.unplanned_sites": ("计划外建成 {n} 处。", "{n} facilities stand that were not planned."),
        "built.unplanned_site": ("计划外建成 1 处。", "One facility stands that was not planned."),
        "built.smaller_sites": ("{n} 处机构的服务能力小于规划。", "{n} facilities have less room than planned."),
        "built.smaller_site": ("1 处机构的服务能力小于规划。", "One facility has less room than planned."),
        "built.early_sites": (
            "{n} 处规划后期新建的机构已提前建成。",
            "{n} facilities of a later stage stand already.",
        ),
        "built.early_site": (
            "1 处规划后期新建的机构已提前建成。",
            "One facility of a later stage stands already.",
        ),
        "built.still_open_sites": ("{n} 处应撤并的机构仍在运行。", "{n} facilities that were to close still stand."),
        "built.still_open_site": ("1 处应撤并的机构仍在运行。", "One facility that was to close still stands."),
        "built.site_waits": ("{people} 人未得到覆盖", "{people} people without cover"),
        "built.basis": (
            "名册 {file}{date}；名册未列的机构按不存在计。覆盖由规划留存的数据重新计算，分母为全部常住人口。",
            "Register {file}{date}; a facility that it does not list counts as not standing. Coverage is computed anew "
            "from the data the plan was made from, out of all residents.",
        ),
        "built.basis_rooms": (
            "三种情形按同一办法计算：在标准时间内、服务能力（{unit}）之内尽量多服务，再求路程最短。"
            "名册未写规模或服务能力的，新建按规划规模、现有按编制时规模、计划外按最小规模计。",
            "All three are computed alike: as many people as there is room for ({unit}) within the standard time, then "
            "by the shortest ways. Where the register tells neither size nor capacity, new facilities count as large "
            "as planned, others as large as they were, unplanned ones as the smallest size.",
        ),
        "built.basis_stage": (
            "三种情形的人口均为 {stage} 年人口；“编制时”指当时的机构服务这些人口。",
            "All three count the people of {stage}; “then” is what the facilities of that time do for them.",
        ),
        "built.later": (
            "规划另有 {n} 项措施列在后期，尚未到期。",
            "{n} further actions of the plan belong to later stages and are not due.",
        ),
        "built.date": ("，截至 {day}", ", as of {day}"),
        "built.changed": (
            "规划依据的数据文件已改动：规划与建成两栏都按现在的文件计算，与当时的报告不同。",
            "Files that the plan was made from have changed: plan and as-built are both computed from the files as "
            "they are and differ from the report of the time.",
        ),
        # headline strip
        "built.strip_sites": ("规划新建，已建成", "Planned new, standing"),
        "built.strip_of": ("共 {n} 处", "of {n}"),
        "built.strip_coverage": ("建成后人口覆盖率", "Coverage as built"),
        "built.strip_plan": ("规划 {plan} · 编制时 {now}", "plan {plan} · then {now}"),
        "built.strip_waiting": ("仍在等待", "Still wait"),
        "built.strip_newly": ("占规划新增覆盖的 {share}", "{share} of those newly covered by the plan"),
        "built.strip_lost": ("失去覆盖", "Lost cover"),
        "built.strip_lost_of": ("编制时已有覆盖", "covered when the plan was made"),
        # coverage
        "built.coverage_title": ("覆盖：编制时、规划、建成", "Coverage: then, plan, as built"),
        "built.zones_title": ("分乡镇、街道", "By unit"),
        "built.who": ("范围", "Who"),
        "built.people": ("人口", "People"),
        "built.now": ("编制时", "Then"),
        "built.plan": ("规划", "Plan"),
        "built.built": ("建成", "As built"),
        "built.change": ("建成与规划之差", "As built − plan"),
        "built.behind": ("未得到（人）", "Behind plan, people"),
        "built.by_tier": ("分层级", "By tier"),
        "built.by_area_class": ("分城乡", "By area class"),
        "built.zones_rest": (
            "其余 {n} 个乡镇、街道与规划一致。",
            "The other {n} units are as the plan has them.",
        ),
        "built.zones_same": ("各乡镇、街道的覆盖与规划一致。", "Every unit is covered as the plan has it."),
        "built.measures": ("主要指标", "Main figures"),
        "built.cost_note": (
            "建成的投资按规划的造价计算；名册中的实际造价见机构表。",
            "Investment as built counts what stands at the plan's cost; actual costs of the register stand with each "
            "facility.",
        ),
        "built.cost_unknown": (
            "{n} 处计划外机构造价不明，未计入投资。",
            "{n} facilities that were not planned have no known cost and are not in the investment.",
        ),
        # targets
        "built.targets": ("目标", "Targets"),
        "built.target": ("目标", "Target"),
        "built.at_least": ("不低于", "At least"),
        "built.met": ("✓ 已达到", "✓ met"),
        "built.met_reachable": ("✓ 可达居民均已达到", "✓ met for all who can be reached"),
        "built.due": ("{year} 年到期", "due in {year}"),
        "built.asked_people": ("{people} 人", "{people} people"),
        "built.short": ("▲ 差 {people} 人", "▲ {people} people short"),
        # map
        "built.map": ("尚未得到覆盖的居民点", "Where the plan is still missing"),
        "built.map_label": ("规划与建成之差", "Map of plan against as-built"),
        "built.legend_lose": ("规划覆盖，尚未得到", "covered in the plan, not yet"),
        "built.legend_gain": ("计划外得到覆盖", "covered beyond the plan"),
        "built.bars_lose": ("尚未得到（人）", "Not yet, people"),
        "built.bars_gain": ("计划外得到（人）", "Beyond plan, people"),
        "built.legend_covered": ("都覆盖", "covered in both"),
        "built.legend_uncovered": ("都未覆盖", "covered in neither"),
        "built.legend_a": ("规划，未建成或已停办", "planned, not standing"),
        "built.legend_b": ("计划外、提前建成，或应撤未撤", "stands, not planned by then"),
        # facilities
        "built.sites": ("机构", "Facilities"),
        "built.kind_not_built": ("规划新建，未建成", "Planned new, not standing"),
        "built.kind_gone": ("应保留，已不在", "To stay, not standing"),
        "built.kind_smaller": ("服务能力小于规划", "Stands with less room than planned"),
        "built.kind_not_extended": ("应扩建、改造，未完成", "To be extended or refurbished, not done"),
        "built.kind_extended": ("已按规划扩建、改造", "Extended or refurbished as planned"),
        "built.kind_early": ("规划后期新建，已提前建成", "Standing, planned for a later stage"),
        "built.kind_unplanned": ("计划外建成", "Standing, not planned"),
        "built.kind_still_open": ("应撤并，仍在运行", "To close, still standing"),
        "built.kind_built": ("规划新建，已建成", "Planned new, standing"),
        "built.kind_closed": ("应撤并，已撤并", "Closed as planned"),
        "built.kind_kept": ("保留，在运行", "Kept as planned"),
        "built.kept_count": (
            "另有 {n} 处机构按规划保留。",
            "{n} more facilities stay as planned.",
        ),
        "built.state": ("情况", "State"),
        "built.facility": ("机构", "Facility"),
        "built.unit": ("乡镇、街道", "Unit"),
        "built.unit_en": ("乡镇、街道英文名", "Unit in English"),
        "built.stage": ("阶段", "Stage"),
        "built.size": ("规划规模", "Size in the plan"),
        "built.size_built": ("现规模", "Size now"),
        "built.room": ("规划服务能力", "Room in the plan"),
        "built.room_built": ("现服务能力", "Room now"),
        "built.opened": ("启用日期", "Opened"),
        "built.cost": ("规划投资", "Planned cost"),
        "built.cost_actual": ("实际投资", "Actual cost"),
        "built.people_planned": ("规划服务人口", "Serves in the plan"),
        "built.people_built": ("现服务人口", "Serves now"),
        "built.people_waiting": ("其中未覆盖", "of them not covered"),
        "built.all_as_planned": ("所有机构都与规划一致。", "Every facility is as the plan has it."),
        # workbook
        "built.sheet_coverage": ("覆盖", "Coverage"),
        "built.sheet_points": ("未得到的居民点", "Settlements behind plan"),
        "built.sheet_monitoring": ("监测", "Monitoring"),
        "built.group": ("分组", "Group"),
        "built.group_all": ("全部", "all"),
        "built.group_tier": ("层级", "tier"),
        "built.group_area_class": ("城乡", "area class"),
        "built.group_zone": ("乡镇、街道", "unit"),
        "built.covered_now": ("编制时覆盖（人）", "Covered then, people"),
        "built.covered_plan": ("规划覆盖（人）", "Covered in the plan, people"),
        "built.covered_built": ("建成覆盖（人）", "Covered as built, people"),
        "built.minutes_plan": ("规划时间（分钟）", "Minutes in the plan"),
        "built.minutes_built": ("现时间（分钟）", "Minutes as built"),
        "built.site_plan": ("规划就医机构", "Facility in the plan"),
        "built.site_built": ("现就医机构", "Facility as built"),
        "built.change_of_point": ("变化", "Change"),
        "built.waits": ("规划覆盖，尚未得到", "covered in the plan, not as built"),
        "built.gained": ("计划外得到覆盖", "covered beyond the plan"),
    }
)
