"""Phrases of `facopt explain`."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "explain.place_covered": (
            "{place}（{zone}）：{people} 人，方案已覆盖",
            "{place} ({zone}): {people} people, covered",
        ),
        "explain.place_partly": (
            "{place}（{zone}）：{people} 人，方案只覆盖其中 {share}",
            "{place} ({zone}): {people} people, {share} of them covered",
        ),
        "explain.place_uncovered": (
            "{place}（{zone}）：{people} 人，方案未覆盖",
            "{place} ({zone}): {people} people, not covered",
        ),
        "explain.why": ("原因：{reason}。", "Why: {reason}."),
        "explain.tier": ("层级", "tier"),
        "explain.standard": ("标准", "standard"),
        "explain.nearest_open": ("最近的开放机构", "nearest open"),
        "explain.nearest_usable": ("最近的可用机构", "nearest usable"),
        "explain.minutes": ("分钟", "minutes"),
        "explain.additions": (
            "能覆盖此处的备选点 {could} 个，逐一加入方案（其余不变）：",
            "{could} sites could cover it; each as one site more, the rest unchanged:",
        ),
        "explain.no_additions": (
            "没有可用的备选点在标准时间内。",
            "No site that could be opened lies within the standard.",
        ),
        "explain.site": ("机构", "site"),
        "explain.gains": ("新增覆盖", "newly covered"),
        "explain.costs": ("增加投资", "more money"),
        "explain.per_person": ("每人", "per person"),
        "explain.stopped_by": ("与之冲突", "stopped by"),
        "explain.nothing_stops": ("无", "nothing"),
        "explain.stops": ("{which}：{statement}", "{which}: {statement}"),
        "explain.swap": (
            "以 {added} 换 {removed}：新增 {gained} 人，失去 {lost} 人，投资 {cost}。",
            "{added} instead of {removed}: {gained} people gain, {lost} lose, money {cost}.",
        ),
        "explain.no_swap": (
            "放弃任何一处已选机构都不能为 {added} 腾出余地。",
            "Giving up any one chosen site makes no room for {added}.",
        ),
        "explain.forced_place": ("若此处必须覆盖，重新求解：", "If it had to be covered, solved again:"),
        "explain.forced_without": ("若不许设此处，重新求解：", "If it were ruled out, solved again:"),
        "explain.forced_instead": (
            "若以 {other} 代替、其余重新求解：",
            "If {other} stood instead and all else were chosen anew:",
        ),
        "explain.same": ("  方案不变。", "  the plan stays as it is."),
        "explain.adds": ("  增设：{sites}", "  adds: {sites}"),
        "explain.drops": ("  放弃：{sites}", "  gives up: {sites}"),
        "explain.difference": (
            "  新增覆盖 {gained} 人，失去 {lost} 人；投资 {cost}；出行 {minutes} 人·分钟。",
            "  {gained} people gain, {lost} lose; money {cost}; travel {minutes} people x min.",
        ),
        "explain.difference_of_people": (
            "  新增覆盖 {gained} 人，失去 {lost} 人；投资 {cost}。",
            "  {gained} people gain, {lost} lose; money {cost}.",
        ),
        "explain.unproven": (
            "  （限时内最好的方案，未证明最优）",
            "  (the best plan found in the time given, not proven best)",
        ),
        "explain.no_plan": ("  没有方案能同时满足其余各条。", "  no plan does and keeps all else."),
        "explain.no_time": ("  限时内没有结果。", "  no answer in the time given."),
        "explain.way": ("  除非：{way}", "  unless: {way}"),
        "explain.breaks": ("  会违反：{statement}", "  breaks: {statement}"),
        "explain.site_open": ("{site}（{tier}，{id}）：{state}", "{site} ({tier}, {id}): {state}"),
        "explain.state_keep": ("现有，保留", "stands and stays"),
        "explain.state_build": ("新建", "built by the plan"),
        "explain.state_none": ("备选，未选", "a candidate that is not chosen"),
        "explain.state_closed": ("现有，方案撤销", "stands and is given up"),
        "explain.serves": ("标准时间内到此就诊：{people} 人。", "It serves {people} people within the standard."),
        "explain.only_here": (
            "只有它能在标准时间内到达的：{people} 人，如 {places}。",
            "Only it covers {people} people, such as {places}.",
        ),
        "explain.only_here_nobody": (
            "没有人只靠它：每个人都另有一处开放机构在标准时间内。",
            "Nobody depends on it alone: all have another open site within the standard.",
        ),
        "explain.rank": (
            "按只有它能覆盖的人数排，在 {count} 处开放机构中列第 {rank}。",
            "By people only it covers, it is number {rank} of {count} open sites.",
        ),
        "explain.without": (
            "若去掉它，其余不变，人们改去次近的机构：",
            "Without it, all else unchanged, people going where is next:",
        ),
        "explain.one_more": ("若加入方案，其余不变：", "As one site more, all else unchanged:"),
        "explain.instead": ("若以 {other} 代替，其余不变：", "With {other} instead, all else unchanged:"),
        "explain.cannot_open": (
            "它不能开放：表中固定关闭，或所属层级不新建。",
            "It may not be opened: its table or its tier rules it out.",
        ),
        "explain.next": ("方案之后，下一处最能增加覆盖的：", "What the next site would add to the plan:"),
        "explain.no_next": ("再加任何一处都不会增加覆盖。", "No further site would cover anybody more."),
        "explain.places": ("  得益：{places}", "  gain: {places}"),
        "explain.losers": ("  失去：{places}", "  lose: {places}"),
        "explain.and_more": ("{places} 等 {count} 处", "{places} and {count} more"),
    }
)
