"""Phrases of the page of all runs."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "gallery.title": ("全部方案", "All runs"),
        "gallery.count": ("{n} 个方案", "{n} runs"),
        "gallery.count_one": ("1 个方案", "1 run"),
        "gallery.same_people": ("常住人口均为 {people}", "{people} residents in each"),
        "gallery.damaged_count": ("另有 {n} 个文件夹无法读取", "unreadable folders: {n}"),
        "gallery.filter": ("筛选", "Filter"),
        "gallery.sort": ("排序", "Sort"),
        "gallery.by_time": ("按时间", "newest"),
        "gallery.by_coverage": ("按覆盖率", "coverage"),
        "gallery.by_cost": ("按投资", "cost"),
        "gallery.by_name": ("按名称", "name"),
        "gallery.compare": ("比较", "Compare"),
        "gallery.compare_picked": ("比较所选方案", "Compare the ticked runs"),
        "gallery.compare_command": (
            "在本页所在文件夹打开终端，运行：",
            "Open a terminal in the folder of this page and run:",
        ),
        "gallery.no_hits": (
            "没有符合的方案。删去筛选词即可看到全部。",
            "No run matches. Clear the filter to see them all.",
        ),
        "gallery.covered": ("人口覆盖率", "population covered"),
        "gallery.covered_now": ("现状 {percent}", "today {percent}"),
        "gallery.target_met": ("✓ 达到全部目标", "✓ all targets met"),
        "gallery.targets_missed": ("▲ {n} 项目标未达到", "▲ {n} targets missed"),
        "gallery.target_missed_one": ("▲ 1 项目标未达到", "▲ 1 target missed"),
        "gallery.cost": ("总投资", "Investment"),
        "gallery.sites": ("新建 / 保留 / 撤并", "New / kept / closed"),
        "gallery.unverified": ("{n} 项未核实", "{n} unverified"),
        "gallery.inputs_changed": ("▲ 数据已变动，请重新运行", "▲ input files have changed, run again"),
        "gallery.inputs_absent": ("– 原数据不在此处，无法核对", "– input files are not here to check"),
        "gallery.inputs_same": ("✓ 数据未变", "✓ input files unchanged"),
        "gallery.no_plan_reason": ("目标与限额不能同时满足。", "Targets and limits cannot hold together."),
        "gallery.no_solution_reason": (
            "限时内没有找到可行方案，也未证明无解。可延长时限，或放宽允许差距。",
            "No plan was found in time, and none ruled out. Allow more time, or a wider gap.",
        ),
        "gallery.damaged_reason": (
            "run.json 缺失或损坏。重新运行该情景即可恢复。",
            "run.json is missing or damaged. Run the scenario again to restore it.",
        ),
        "gallery.empty": ("还没有方案", "No runs yet"),
        "gallery.again": ("再试一个方案", "Try another scenario"),
        "gallery.again_how": (
            "复制一个情景文件，改一个数，再运行；本页随之更新。",
            "Copy a scenario file, change one number, run it; this page follows.",
        ),
    }
)
