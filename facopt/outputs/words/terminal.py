"""Phrases that the terminal prints."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "terminal.title": ("{title}（{name}）：{status}", "{title} ({name}): {status}"),
        "terminal.coverage": (
            "标准时间内人口覆盖率由 {before} 提高到 {after}，新增覆盖 {newly}，{uncovered}仍未覆盖。",
            "Within the standard time: {before} of people today, {after} in the plan; {newly} newly covered, "
            "{uncovered} still not.",
        ),
        "terminal.coverage_now": (
            "标准时间内人口覆盖率为 {before}（共 {people} 人），{uncovered}未覆盖。",
            "Within the standard time: {before} of {people} people today; {uncovered} are not covered.",
        ),
        "terminal.loses": ("{people}失去覆盖。", "{people} people lose cover."),
        "terminal.cost": (
            "新建 {new} 处，撤并 {closed} 处，投资 {cost}。",
            "{new} new sites, {closed} closed, cost {cost}.",
        ),
        "terminal.unreachable": (
            "{people}在任何现有或备选站点的标准时间之外，原因见报告。",
            "{people} people are beyond the standard of every facility and candidate; the report says why.",
        ),
        "terminal.nobody_unreachable": (
            "所有居民都在某个现有或备选站点的标准时间之内。",
            "Everybody is within the standard of some facility or candidate.",
        ),
        "terminal.no_plan": ("目标与限制不能同时满足：", "The targets and limits cannot hold together:"),
        "terminal.no_solution": (
            "时限内没有找到方案；可放宽 solver.time_limit_seconds。",
            "No plan was found in time; allow more with solver.time_limit_seconds.",
        ),
        "terminal.ways_out": ("可行的办法（均经求解验证）：", "Ways out, each verified by a solve:"),
        "terminal.no_way_out": (
            "放宽任何一项都不够，且时限内未找到组合。",
            "No change of one statement is enough, and no combination was found in time.",
        ),
        "terminal.tier": ("层级", "tier"),
        "terminal.served": ("服务人口", "people served"),
        "terminal.objective": ("目标", "objective"),
        "terminal.value": ("数值", "value"),
        "terminal.bound": ("界", "bound"),
        "terminal.gap": ("差距", "gap"),
        "terminal.sites": ("机构（新建）", "sites (new)"),
        "terminal.files": ("地图和报告：{folder}", "Map and report: {folder}"),
        "terminal.warning": ("注意：{text}", "note: {text}"),
        "terminal.check": (
            "{name}：{people} 人，{points} 个居民点，现有机构 {existing} 处，备选 {candidates} 处；"
            "{unreachable} 人在任何站点的标准时间之外。",
            "{name}: {people} people at {points} demand points, {existing} facilities, {candidates} candidates; "
            "{unreachable} people are beyond the standard of all of them.",
        ),
    }
)
