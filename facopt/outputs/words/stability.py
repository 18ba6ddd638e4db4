"""Phrases of the question solved again under other assumptions."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "table.stability_runs": ("重新求解", "Solved again"),
        "table.stability_sites": ("选址稳定性", "Stability of sites"),
        "column.rerun": ("变动", "Varied"),
        "column.rerun_subject": ("对象", "Of"),
        "column.rerun_status": ("求解", "Solved"),
        "column.same_sites": ("与本方案相同", "Same as the plan"),
        "column.in_plan": ("本方案选用", "In the plan"),
        "column.runs_chosen": ("选中次数", "Runs that choose it"),
        "column.runs_made": ("求解次数", "Runs"),
        "column.runs_percent": ("选中率", "Share of runs"),
        "column.steadiness": ("稳定性", "Stability"),
        "rerun.stated": ("本方案", "the plan"),
        "rerun.standard": ("时间标准", "standard"),
        "rerun.speed": ("出行速度", "speeds"),
        "rerun.people": ("人口", "people"),
        "rerun.segment": ("人群", "part of the people"),
        "rerun.without_private": ("不计民办机构", "without private facilities"),
        "rerun_of.stated": ("本方案", "The plan"),
        "rerun_of.standard": ("{subject}标准或车速 {change}%", "{subject}: standard or speed {change}%"),
        "rerun_of.speed": ("全部出行速度 {change}%", "All speeds {change}%"),
        "rerun_of.people": ("{subject}人口 {change}%", "People, {subject}: {change}%"),
        "rerun_of.segment": ("只计 {subject}", "Only people {subject}"),
        "rerun_of.without_private": ("不计民办机构", "Private facilities not counted"),
        "rerun_of.standard_swing": ("{subject}标准或车速 ±20%", "{subject}: standard or speed ±20%"),
        "rerun_of.speed_swing": ("全部出行速度 ±20%", "all speeds ±20%"),
        "rerun_status.optimal": ("✓ 最优", "✓ optimal"),
        "rerun_status.feasible": ("◐ 可行", "◐ feasible"),
        "rerun_status.infeasible": ("✕ 无可行方案", "✕ no plan exists"),
        "rerun_status.no_solution": ("– 限时内无解", "– none in time"),
        "rerun_status.not_made": ("– 未求解", "– not made"),
        "steadiness.stable": ("● 稳定", "● stable"),
        "steadiness.fragile": ("◐ 易变", "◐ fragile"),
        "steadiness.spare": ("○ 备用", "○ spare"),
        "stability.title": ("换一个假定，重新求解", "Another assumption, solved again"),
        "stability.sites_title": ("哪些站点站得住", "Which sites stay"),
        "stability.sentence": (
            "{runs} 次求解中，本方案新建的 {new} 处有 **{stable} 处稳定**（至少八成求解都选中），{fragile} 处易变。",
            "In {runs} runs, **{stable} of the {new} new sites are stable** (chosen in at least 80% of them); "
            "{fragile} are fragile.",
        ),
        "stability.nothing_new": ("本方案没有新建机构。", "The plan builds nothing new."),
        "stability.chart": ("重新求解后的覆盖率", "Coverage when solved again"),
        "stability.chart_cost": ("重新求解后的投资", "Cost when solved again"),
        "stability.not_made": (
            "时间用尽，有的变动没有求解；可在情景文件中调高 outputs.stability_seconds。",
            "Time ran out before all were solved; outputs.stability_seconds in the scenario gives more.",
        ),
        "stability.note": (
            "每次只改一个假定，目标、限额与优化顺序不变。稳定：至少 80% 的求解选中；易变：不足 80%；"
            "备用：只有其他求解选用。",
            "Each run changes one assumption and keeps targets, limits and objectives. Stable: chosen in at least 80% "
            "of the runs with a plan; fragile: in fewer; spare: only other runs choose it.",
        ),
    }
)
