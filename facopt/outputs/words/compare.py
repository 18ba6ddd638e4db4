"""Phrases of the comparison."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "compare.title": ("方案比较", "Comparison of scenarios"),
        "compare.and": ("与", "and"),
        "compare.base": ("（基准）", "(base)"),
        # the sentence
        "compare.gain_and_lose": (
            "改用{b}，{gain} 人得到覆盖，{lose} 人失去覆盖",
            "With {b}, {gain} people gain cover and {lose} lose it",
        ),
        "compare.gain_only": (
            "改用{b}，{gain} 人得到覆盖，没有人失去覆盖",
            "With {b}, {gain} people gain cover and nobody loses it",
        ),
        "compare.lose_only": (
            "改用{b}，{lose} 人失去覆盖，没有人得到覆盖",
            "With {b}, {lose} people lose cover and nobody gains it",
        ),
        "compare.nobody_changes": ("改用{b}，得到覆盖的仍是同一批居民", "With {b}, the same people are covered"),
        "compare.costs_more": ("；投资增加 {money}", "; it costs {money} more"),
        "compare.costs_less": ("；投资减少 {money}", "; it costs {money} less"),
        "compare.costs_same": ("；投资相同", "; it costs the same"),
        "compare.per_person": ("，每多覆盖 1 人 {money}", ", {money} per person gained"),
        "compare.targets": ("。{b}有 {n} 项目标未达到", ". {b} misses {n} of its targets"),
        "compare.target_one": ("。{b}有 1 项目标未达到", ". {b} misses one of its targets"),
        "compare.stop": ("。", "."),
        "compare.no_plan": (
            "{run}没有方案，无法比较得失。",
            "{run} has no plan, so gains and losses cannot be told.",
        ),
        "compare.not_subtracted": (
            "{b}与{a}的人口或标准不同，只并列数字，不计算差值。",
            "{b} rests on other people or standards than {a}: figures stand side by side, no difference is computed.",
        ),
        # the red line
        "compare.basis_refused": ("两方案基础不同，未计算差值：", "Different basis, so no difference is computed:"),
        "compare.basis_allowed": (
            "两方案基础不同，差值仅供参考：",
            "Different basis: read the differences with care:",
        ),
        "compare.basis_people": ("{b}人口 {other} 人，{a}为 {base} 人", "{b} counts {other} people, {a} {base}"),
        "compare.basis_people_of_points": (
            "{b}有 {base} 个居民点的人口与{a}不同",
            "{b} counts other people than {a} at {base} settlements",
        ),
        "compare.basis_demand_points": (
            "{base} 个居民点只在{a}，{other} 个只在{b}",
            "{base} settlements are only in {a}, {other} only in {b}",
        ),
        "compare.basis_area_class": (
            "{b}有 {base} 个居民点的城乡类别与{a}不同",
            "{base} settlements have another area class in {b} than in {a}",
        ),
        "compare.basis_standard": (
            "{tier}的标准：{a}为{base}，{b}为{other}",
            "standard of {tier}: {base} in {a}, {other} in {b}",
        ),
        "compare.basis_currency": ("{b}以 {other} 计价，{a}以 {base} 计价", "{b} counts in {other}, {a} in {base}"),
        "compare.standard_absent": ("无", "none"),
        "compare.left_out": (
            "{points} 个居民点（{people} 人）只在一个方案中，不计入得失。",
            "{points} settlements ({people} people) are in one scenario only and in none of these figures.",
        ),
        # headline strip
        "compare.gain": ("{b} 得到覆盖", "Gain cover with {b}"),
        "compare.lose": ("{b} 失去覆盖", "Lose cover with {b}"),
        "compare.reassigned": ("换一家机构就医，覆盖不变", "Covered in both, other facility"),
        "compare.settlements": ("{n} 个居民点", "{n} settlements"),
        "compare.settlement_one": ("1 个居民点", "1 settlement"),
        "compare.in_neither": ("不计入得失", "in neither figure"),
        # inputs
        "compare.inputs": ("改动的输入", "Inputs that differ"),
        "compare.item": ("项目", "Item"),
        "compare.inputs_none": ("设置与数据文件全部相同。", "All settings and data files are identical."),
        "compare.inputs_rest": (
            "其余 {settings} 项设置与 {files} 个数据文件相同。",
            "The other {settings} settings and {files} data files are identical.",
        ),
        "compare.file": ("数据文件", "Data file"),
        "compare.absent": ("（无）", "(none)"),
        # results
        "compare.results": ("主要结果", "Main results"),
        "compare.measure": ("指标", "Measure"),
        "compare.proof": ("求解证明", "Solver's proof"),
        "compare.better": ("好坏", "Better"),
        "compare.is_better": ("{run} 较好", "{run}"),
        "compare.is_same": ("相同", "same"),
        "compare.within_gap": ("（未定：在求解差距内）", "(open: within the solver's gap)"),
        "compare.rounding": (
            "差值由未取整的数计算，可能与表中两数之差相差最后一位。",
            "Differences are taken before rounding and may differ in the last digit from the figures shown.",
        ),
        "compare.flagged": ("带 ※ 的差值基础不同。", "Differences marked ※ rest on a different basis."),
        "compared.people_covered_percent": ("人口覆盖率", "Population coverage"),
        "compared.worst_zone_percent": ("最差乡镇、街道覆盖率", "Coverage of the worst unit"),
        "compared.people_covered": ("覆盖人口", "People covered"),
        "compared.newly_covered_people": ("比现状新增覆盖", "Newly covered, against today"),
        "compared.lost_people": ("比现状失去覆盖", "Losing cover, against today"),
        "compared.unreachable_people": ("不可达人口", "Unreachable people"),
        "compared.mean_minutes": ("平均时间", "Mean time"),
        "compared.minutes_of_90_percent": ("九成居民时间", "Time of nine in ten residents"),
        "compared.longest_minutes": ("最长时间", "Longest time"),
        "compared.new_sites": ("新建机构", "New facilities"),
        "compared.open_sites": ("开放机构", "Open facilities"),
        "compared.cost": ("总投资", "Investment"),
        "compared.cost_per_newly_covered_person": ("每新增覆盖 1 人", "Cost per newly covered person"),
        "compare.in_unit": ("{name}（{unit}）", "{name}, {unit}"),
        "compare.yuan": ("元", "¥"),
        # who gains, who loses
        "compare.who": ("谁得到，谁失去", "Who gains, who loses"),
        "compare.who_of": ("谁得到，谁失去：{a} → {b}", "Who gains, who loses: {a} → {b}"),
        "compare.map_label": ("得失地图", "Map of gains and losses"),
        "compare.no_map": ("数据没有坐标，不绘地图。", "The data have no coordinates, so no map is drawn."),
        "compare.inset": ("城区放大", "Urban area"),
        "compare.legend_gain": ("{b} 得到覆盖", "gains with {b}"),
        "compare.legend_lose": ("{b} 失去覆盖", "loses with {b}"),
        "compare.legend_uncovered": ("都未覆盖", "uncovered in both"),
        "compare.legend_covered": ("都覆盖", "covered in both"),
        "compare.legend_only": ("只在 {run} 开放", "open only in {run}"),
        "compare.unit": ("乡镇、街道", "Unit"),
        "compare.lose_gain": ("失去 ← 人数 → 得到", "lose ← people → gain"),
        "compare.share_change": ("覆盖率变化", "Change, points"),
        "compare.no_unit_changes": (
            "没有乡镇、街道发生变化。",
            "No unit changes.",
        ),
        "compare.units_rest": (
            "其余 {n} 个乡镇、街道没有变化。最长的条为 {people} 人。",
            "No change in the other {n} units. The longest bar is {people} people.",
        ),
        "compare.units_cut": (
            "共 {n} 个乡镇、街道有变化，图中列人数最多的 {shown} 个；全部见比较工作簿。",
            "{n} units change; the {shown} with most people are drawn, the workbook of the comparison has all.",
        ),
        # projects
        "compare.projects": ("机构的差异", "Facilities that differ"),
        "compare.projects_of": ("机构的差异：{a} → {b}", "Facilities that differ: {a} → {b}"),
        "compare.only": ("只在 {run}：{n} 处，{money}", "Only in {run}: {n} facilities, {money}"),
        "compare.only_none": ("只在 {run}：无", "Only in {run}: none"),
        "compare.project": ("机构", "Facility"),
        "compare.stage": ("阶段", "Stage"),
        "compare.in_both": (
            "两方案共有 {n} 处开放机构，其中新建 {new} 处。",
            "{n} facilities are open in both, {new} of them new.",
        ),
        "compare.staged_otherwise": (
            "其中 {n} 处阶段不同。",
            "{n} of these are at a different stage.",
        ),
        "compare.people_assigned": ("服务人口", "People served"),
        # terminal and workbook
        "compare.sheet_sites": ("机构", "Facilities"),
        "compare.sheet_points": ("居民点", "Settlements"),
        "compare.sheet_zones": ("乡镇、街道", "Units"),
        "compare.where": ("何处", "Where"),
        "compare.pair": ("比较", "Pair"),
        "compare.change": ("变化", "Change"),
        "compare.people": ("人口", "People"),
        "compare.id": ("编码", "Id"),
        "compare.name": ("名称", "Name"),
        "compare.tier": ("类别", "Tier"),
        "compare.action": ("处置", "Action"),
        "compare.gain_people": ("得到覆盖（人）", "Gain cover, people"),
        "compare.lose_people": ("失去覆盖（人）", "Lose cover, people"),
        "compare.share_in": ("{run} 覆盖率", "Coverage in {run}"),
        "compare.minutes_in": ("{run} 时间（分钟）", "Minutes in {run}"),
        "compare.sites_in": ("{run} 就医机构", "Facilities in {run}"),
        "compare.open_in": ("开放于", "Open in"),
        "point_change.gain": ("得到覆盖", "gains cover"),
        "point_change.lose": ("失去覆盖", "loses cover"),
        "point_change.reassigned": ("换机构，仍覆盖", "covered, other facility"),
        "point_change.covered": ("都覆盖", "covered in both"),
        "point_change.uncovered": ("都未覆盖", "covered in neither"),
    }
)
