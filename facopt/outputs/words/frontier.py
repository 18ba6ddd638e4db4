"""Phrases of the curve of people covered against money or sites."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "section.frontier": ("投资与覆盖曲线", "Cost and budget curve"),
        "table.frontier": ("投资与覆盖曲线", "Cost and budget curve"),
        "column.people_at_most": ("至多覆盖（已证明）", "At most, proven"),
        "column.curve_limit": ("限额", "Allowed"),
        "column.curve_cost": ("所用资金", "Money used"),
        "column.proven": ("已证明最优", "Proven best"),
        "column.knee": ("拐点", "Knee"),
        "frontier.covered": ("覆盖人口", "Covered"),
        "frontier.share": ("占比", "Share"),
        "frontier.by_budget": ("资金", "money"),
        "frontier.by_sites": ("新建机构数", "new facilities"),
        "frontier.chart": ("资金或新建机构数与覆盖人口的关系", "People covered against money or new facilities"),
        "frontier.people": ("覆盖人口占比", "people covered"),
        "frontier.knee": ("拐点", "knee"),
        "frontier.plan": ("本方案", "this plan"),
        "frontier.sentence": (
            "拐点在 {limit}：覆盖 **{percent}**（{people}）；此后每多投入，新增覆盖明显减少。",
            "The knee is at {limit}: **{percent}** covered ({people}); beyond it, more brings markedly less.",
        ),
        "frontier.straight": (
            "曲线没有明显拐点：每多投入，新增覆盖大致相同。",
            "The curve has no knee: more brings about as much all along.",
        ),
        "frontier.all_proven": (
            "各点均已证明：在同样限额内，没有方案覆盖更多人口。",
            "Every point is proven: within the same limit, no plan covers more people.",
        ),
        "frontier.gap": (
            "虚线是已证明的上界：任何方案都不能超过；与实线最多相差 {gap}。",
            "The dashed line is a proven bound that no plan passes; it is at most {gap} above the plans found.",
        ),
        "frontier.note": (
            "只看各层级标准时间内的覆盖；目标、其他限额、规模、容量和分期不计，现有机构保留。各点方案相互独立，未必逐步递进。",
            "Counts cover within every tier's standard; targets, other limits, sizes, capacities and stages "
            "are left out, existing facilities stay. Each is a plan of its own; larger ones need not contain smaller.",
        ),
    }
)
