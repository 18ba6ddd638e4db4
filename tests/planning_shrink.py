"""Make a failing planning problem as small as it stays failing, and write it down for a reader."""

from __future__ import annotations

from dataclasses import replace

import numpy as np


def shrunk(problem, fails):
    """Return a problem that still fails and of which no single part can be left out."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in _simpler(problem):
            if fails(candidate):
                problem, smaller = candidate, True
                break
    return problem


def _simpler(problem):
    """Yield the problem without one rule, level, move, arc, blocking, tolerance or demand point's people."""
    for n in range(len(problem.rules)):
        yield problem.replace(rules=problem.rules[:n] + problem.rules[n + 1 :])
    for n in range(len(problem.levels) if len(problem.levels) > 1 else 0):
        yield problem.replace(levels=problem.levels[:n] + problem.levels[n + 1 :])
    for n in range(len(problem.moves)):
        yield problem.replace(moves=problem.moves[:n] + problem.moves[n + 1 :])
    for i in np.flatnonzero(problem.people.any(axis=0)):
        people, load = problem.people.copy(), problem.load.copy()
        people[:, i] = load[:, i] = 0.0
        yield problem.replace(people=people, load=load)
    for k, service in enumerate(problem.services):
        for fewer in _fewer_arcs(service):
            yield problem.replace(services=(*problem.services[:k], fewer, *problem.services[k + 1 :]))
    for n, wish in enumerate(problem.levels):
        if wish.tolerance_percent:
            exact = replace(wish, tolerance_percent=0.0)
            yield problem.replace(levels=(*problem.levels[:n], exact, *problem.levels[n + 1 :]))


def _fewer_arcs(service):
    for b in range(len(service.blocked_arc)):
        keep = np.arange(len(service.blocked_arc)) != b
        yield replace(service, blocked_arc=service.blocked_arc[keep], blocking_site=service.blocking_site[keep])
    for a in range(len(service.demand)):
        keep, free = np.arange(len(service.demand)) != a, service.blocked_arc != a
        blocked = service.blocked_arc[free]
        yield replace(
            service, demand=service.demand[keep], site=service.site[keep], minutes=service.minutes[keep],
            blocked_arc=(blocked - (blocked > a)).astype(np.int32), blocking_site=service.blocking_site[free],
        )  # fmt: skip


def described(problem) -> str:
    """Return a problem as a reader can follow it with a pencil."""
    lines = [f"years {[stage.year for stage in problem.stages]}"]
    levels = [(wish.objective.name, wish.tolerance_percent) for wish in problem.levels]
    lines.append(f"levels {levels}; everybody {problem.assigns_everybody}")
    for i, name in enumerate(problem.labels.point):
        where = f"{problem.labels.zone[i]!r} {problem.labels.area_class[i]}"
        lines.append(f"point {name} {where} people {problem.people[:, i].tolist()} load {problem.load[:, i].tolist()}")
    for j, name in enumerate(problem.labels.site):
        lines.append(f"site {name} of t{problem.site_tier[j]} in {problem.labels.site_zone[j]!r}, starts as "
                     f"{problem.options[problem.start[j]].size or 'nothing'}")  # fmt: skip
        lines += [f"  option {o} {problem.options[o]}" for o in problem.options_of[j]]
    lines += [f"move {n} {move}" for n, move in enumerate(problem.moves)]
    for service in problem.services:
        kind = "assigned" + ", single" * service.single if service.assigned else "nearest open"
        lines.append(f"service {service.tier} ({kind}) standard {service.standard_minutes.tolist()}")
        arcs = zip(service.demand, service.site, service.minutes, strict=True)
        lines.append("  " + ", ".join(f"p{i}-s{j} {m:g} min" for i, j, m in arcs))
        pairs = zip(service.blocked_arc.tolist(), service.blocking_site.tolist(), strict=True)
        lines.append(f"  (arc, site that blocks it) {list(pairs)}")
    lines += [f"{stated.key} {stated.rule!r}" for stated in problem.rules]
    return "\n".join(lines)
