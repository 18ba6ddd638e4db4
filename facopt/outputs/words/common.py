"""Phrases that several pages share: states, actions, reasons, remedies, area classes, units and solver states."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        # names of pages and files
        "page.report": ("报告", "Report"),
        "page.map": ("地图", "Map"),
        "page.index": ("全部方案", "All runs"),
        "page.compare": ("方案比较", "Comparison"),
        "page.workbook": ("工作簿", "Workbook"),
        "tag.synthetic": ("虚构数据", "Synthetic data"),
        "tag.unverified": ("未核实", "unverified"),
        "tag.verified": ("已核实", "verified"),
        "date.of_run": ("生成日期 {date}", "made on {date}"),
        # when
        "when.now": ("现状", "now"),
        "when.plan": ("规划", "plan"),
        "when.change": ("变化", "Change"),
        # what stands for a missing value or nobody
        "all": ("全部", "All"),
        "everybody": ("全域", "Whole area"),
        "total": ("合计", "Total"),
        "none": ("无", "none"),
        "yes": ("是", "yes"),
        "no": ("否", "no"),
        # settlements
        "state.covered": ("现状已覆盖", "covered today"),
        "state.newly_covered": ("新增覆盖", "newly covered"),
        "state.loses_cover": ("失去覆盖", "loses cover"),
        "state.uncovered": ("未覆盖", "uncovered"),
        "state.unreachable": ("不可达", "unreachable"),
        "reason.no_site_within_standard": (
            "标准时间内没有备选站点",
            "no candidate site within the standard",
        ),
        "reason.cut_off": ("与道路网不连通", "not linked to the road network"),
        "reason.limits": ("有可行站点，但超出限额", "a feasible site exists beyond the limits"),
        "reason.not_chosen": ("限额内有站点，但目标未要求", "a site lies within the limits, no target asks for it"),
        "reason.not_served": ("没有为其服务的层级", "no tier serves this area class"),
        "reason.": (
            "标准时间内有可用站点，但没有方案",
            "a usable site lies within the standard, but there is no plan",
        ),
        "remedy.new_candidate_site": ("增补备选站点", "propose a candidate site nearby"),
        "remedy.mobile_round": ("巡回医疗", "mobile round"),
        "remedy.road": ("打通道路", "connect the road"),
        "remedy.raise_limits": ("列入备选项目，放宽限额", "reserve project: raise the limits"),
        "remedy.raise_target": ("提高目标", "raise the target"),
        "remedy.add_tier": ("增设服务该类地区的层级", "add a tier for this area class"),
        "remedy.": ("–", "–"),
        # area classes
        "area_class.urban": ("城区", "urban"),
        "area_class.town": ("镇", "town"),
        "area_class.rural": ("乡", "rural"),
        # facilities
        "action.keep": ("保留", "keep"),
        "action.build": ("新建", "new"),
        "action.close": ("撤并", "close"),
        "action.none": ("未选用", "not used"),
        "status_of_site.existing": ("现有", "existing"),
        "status_of_site.candidate": ("备选", "candidate"),
        # facilities that are drawn and not planned, by kind as registers and name rules call them
        "kind.county_hospital": ("县级医院", "county hospital"),
        "kind.hospital": ("医院", "hospital"),
        "kind.township_clinic": ("乡镇卫生院", "township clinic"),
        "kind.central_township_clinic": ("中心卫生院", "central township clinic"),
        "kind.township_clinic_branch": ("卫生院分院", "branch of a township clinic"),
        "kind.community_health_centre": ("社区卫生服务中心", "community health centre"),
        "kind.community_health_station": ("社区卫生服务站", "community health station"),
        "kind.village_clinic": ("村卫生室", "village clinic"),
        "kind.private_clinic": ("民营诊所", "private clinic"),
        "kind.clinic": ("诊所", "clinic"),
        "kind.other": ("其他机构", "other facility"),
        # travel
        "mode.walk": ("步行", "walking"),
        "mode.drive": ("驾车", "driving"),
        "mode.cycle": ("骑自行车", "cycling"),
        "mode.ebike": ("电动自行车", "e-bike"),
        "mode.transit": ("公交", "public transport"),
        # units
        "unit.people": ("人", "people"),
        "unit.minutes": ("分钟", "minutes"),
        "unit.sites": ("处", "sites"),
        "unit.people_minutes": ("人·分钟", "people × minutes"),
        "unit.percent": ("%", "%"),
        "unit.points": ("个百分点", "points"),
        "unit.metres": ("米", "m"),
        "unit.staff": ("个编制", "posts"),
        "unit.beds": ("张床位", "beds"),
        "unit.statements": ("条", "statements"),
        # the solver's state, in the words of the house; never "best"
        "status.optimal": ("✓ 最优（已证明）", "✓ proven optimal"),
        "status.optimal_gap": ("✓ 最优（已证明），差距 {gap}", "✓ proven optimal, gap {gap}"),
        "status.feasible": ("◐ 可行", "◐ feasible"),
        "status.feasible_gap": ("◐ 可行，差距 {gap}", "◐ feasible, gap {gap}"),
        "status.infeasible": ("✕ 无可行方案", "✕ no feasible plan"),
        "status.no_solution": ("– 限时内无解", "– no plan found in time"),
        "target.met": ("● 达标", "● met"),
        "target.above_reference": ("◐ 高于参考线", "◐ above the reference"),
        "target.below_reference": ("▲ 低于参考线", "▲ below the reference"),
        "target.short": ("▲ 差 {points} 个百分点", "▲ {points} points short"),
        "target.unknown": ("– 无方案", "– no plan"),
        # objectives
        "objective.coverage": ("覆盖人口最多", "most people covered"),
        "objective.cost": ("投资最少", "least cost"),
        "objective.sites": ("机构最少", "fewest sites"),
        "objective.travel": ("总出行时间最短", "least total travel"),
        "objective.worst_travel": ("最远出行时间最短", "least worst travel"),
        # why a search ended
        "limit.gap": ("达到设定差距", "stated gap reached"),
        "limit.time": ("到达时限", "time limit reached"),
        "limit.interrupted": ("被中断", "interrupted"),
        "limit.": ("正常结束", "ran to its end"),
    }
)
