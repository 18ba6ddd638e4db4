/* One card for what is chosen: a settlement, a facility or a zone, with its table row. */
function cardRows(rows) {
  return el('dl', { 'class': 'num' }, rows.filter(function (r) { return r && r[1] !== null && r[1] !== '' && r[1] !== undefined; }).map(function (r) {
    return r.nodeType ? r : [el('dt', {}, r[0]), el('dd', {}, r[1])];
  }));
}
function cardHead(mark, title, sub) {
  return el('header', {}, mark || el('span', {}), el('div', {}, el('h3', {}, title), el('p', { 'class': 'sub' }, sub)), el('button', { type: 'button', 'class': 'x', 'aria-label': T('map.close'), title: T('map.close') }, '\u00d7'));
}
function nowToPlan(values, format) {
  if (STOPS.length < 2) return format(values[0]);
  return format(values[0]) + ' \u2192 ' + format(values[values.length - 1]);
}
function pointCard(i) {
  var s = pointState(i), last = STOPS.length - 1, planned = STOPS[last].states.charAt(i), why = [];
  var rows = [[T('map.status'), T(s === 'x' ? 'map.state.x.short' : 'map.state.' + s)], [T('map.residents'), people(P.people[i])], [T('map.class'), className(P['class'].charAt(i))],
    [T('map.minutes'), nowToPlan(STOPS.map(function (t) { return t.minutes[i]; }), minutes)],
    [T('map.nearest_now'), nearestName(STOPS[0].nearest[i])], last ? [T('map.nearest_plan'), nearestName(STOPS[last].nearest[i])] : null,
    'lux'.indexOf(planned) >= 0 ? [T('map.nearest_any'), P.any[i] === null ? '' : minutes(P.any[i])] : null, [T('map.id'), P.id[i]]];
  if ('lux'.indexOf(s) >= 0) {
    if ('cn'.indexOf(planned) >= 0) why.push(T('map.covered_in_plan'));
    else {
      if (P.reason[i] >= 0) why.push(T('map.reason', { text: named('reason', D.reasons[P.reason[i]]) }));
      if (P.remedy[i] >= 0) why.push(T('map.remedy', { text: named('remedy', D.remedies[P.remedy[i]]) }));
    }
  }
  return [cardHead(symbol('p-' + s), pointName(i), join([T('map.settlement'), shortened(zoneName(P.zone[i]), 40)])), cardRows(rows), why.length ? el('p', { 'class': 'why' + ('cn'.indexOf(planned) >= 0 ? '' : ' bad') }, why.join(lang === 'zh' ? '' : ' ')) : null];
}
function named(group, key) { var w = D.words[group + '.' + key]; return w ? w[li()] : key; }
function nearestName(j) { return j < 0 ? '' : shortened(siteName(j), 80); }
function siteCard(j) {
  var s = STOPS[STOPS.length - 1].sites.charAt(j), lost = S.people_lost_without[j], rows, assigned = S.people_assigned[j], capacity = S.capacity_people[j];
  s = s === '-' ? 'n' : s;
  var open = s === 'k' || s === 'b';
  rows = [[T('map.action'), join([T('map.site.' + s), S.stage[j]])], s === 'b' ? [T('map.cost'), S.build_cost[j] === null ? '' : money(S.build_cost[j])] : null, [T('map.size'), shortened(S.size[j], 80)], [T('map.owner'), shortened(S.owner[j], 80)], [T('map.capacity'), capacity === null ? '' : people(capacity)]];
  if (open) {
    rows.push([T('map.assigned'), people(assigned) + (capacity > 0 ? ' \u00b7 ' + percent(share(assigned, capacity)) : '')]);
    if (capacity > 0) rows.push(el('div', { 'class': 'util' }, el('i', { style: 'width:' + Math.min(100, 100 * assigned / capacity) + '%' })));
    rows.push([T('map.assigned_points'), count(S.points_assigned[j])], [T('map.mean'), S.mean_minutes[j] === null ? '' : minutes(S.mean_minutes[j])], [T('map.longest'), S.longest_minutes[j] === null ? '' : longest(S.longest_minutes[j])], [T('map.lost'), lost === null ? '' : people(lost)]);
  }
  rows.push([T('map.id'), S.id[j]]);
  var notes = [whySite(s, lost)];
  if (S.fixed[j]) notes.push(T('map.fixed.' + S.fixed[j]));
  if (D.hasPlan && !isPlan()) notes.push(T('map.plan_figures'));
  if (linksOfSite(j).some(function (l) { return !l[2]; })) notes.push(T('map.beyond'));
  return [cardHead(symbol('s' + Math.max(S.tier[j], 0) + '-' + s), siteName(j), join([shortened(tierName(S.tier[j]), 40), shortened(zoneName(S.zone[j]), 40)])), cardRows(rows), el('p', { 'class': 'why' }, notes.filter(function (n) { return n; }).join(lang === 'zh' ? '' : ' '))];
}
function whySite(s, lost) {
  if (s === 'e' || (s === 'n' && !D.hasPlan)) return '';
  if (s === 'd' || s === 'n') return T('map.why.' + s);
  return lost > 0 ? T('map.why.' + s, { lost: people(lost) }) : lost === null ? '' : T('map.why.' + s + '0');
}
function zoneCard(k) {
  var z = D.zones[k], q = z.share, rows = [];
  if (q) rows = [[T('map.residents'), people(q.people)], [T('map.class'), q['class'] ? T('area_class.' + q['class']) : ''],
    [T('map.zone.covered'), D.hasPlan ? nowToPlan(q.covered, function (v) { return percent(share(v, q.people)); }) : ''],
    [T('map.state.x.short'), q.unreachable > 0 ? people(q.unreachable) : ''],
    [T('map.mean'), nowToPlan(q.mean, minutes)], [T('map.longest'), q.longest === null ? '' : longest(q.longest)]];
  return [cardHead(null, z.name, T('map.zone')), cardRows(rows)];
}
/* kind: point, site or zone; quiet leaves the view as it is */
function choose(kind, index) {
  state.chosen = { kind: kind, index: index };
  showCard();
  drawSites(); clearOfCard(); saveHash();
}
/* moves the map where the card would lie on what it tells of */
function clearOfCard() {
  var c = state.chosen, where = c.kind === 'point' ? at[c.index] : c.kind === 'site' ? siteAt[c.index] : null;
  if (!hasMap || !where) return;
  var p = map.latLngToContainerPoint(where), size = map.getSize(), card = $('card');
  if (size.x > 620 && p.x > card.offsetLeft - 30 && p.y < card.offsetTop + card.offsetHeight + 20) map.panBy([p.x - (card.offsetLeft - 120), 0], { animate: false });
}
function showCard() {
  var c = state.chosen;
  $('card').hidden = !c;
  if (hasMap) G.spider.clearLayers();
  if (!c) { fill($('card')); return; }
  fill.apply(null, [$('card')].concat(c.kind === 'point' ? pointCard(c.index) : c.kind === 'site' ? siteCard(c.index) : zoneCard(c.index)));
  if (c.kind === 'site') { drawLinks(linksOfSite(c.index), 1.1); if (!shown(c.index)) ring(siteAt[c.index]); }
  if (c.kind === 'point') { drawLinks(linksOfPoint(c.index), 1.6); ring(at[c.index]); }
  all('#still button[data-point]').forEach(function (b) { b.classList.toggle('on', c.kind === 'point' && +b.getAttribute('data-point') === c.index); });
}
function hide() { if (!state.chosen) return; state.chosen = null; showCard(); drawSites(); all('#still .on').forEach(function (b) { b.classList.remove('on'); }); saveHash(); }
