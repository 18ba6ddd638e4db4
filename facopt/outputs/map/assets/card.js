/* One card for what is chosen: a settlement, a facility or a zone, with its table row. */
var UNMET = 'lux';
function unmet(letter) { return UNMET.indexOf(letter) >= 0; }
function lastStop() { return STOPS[STOPS.length - 1]; }
function known(value, print) { return value === null || value === undefined ? '' : print(value); }
function sentences(list) { return list.filter(function (text) { return text; }).join(lang === 'zh' ? '' : ' '); }
function reasonName(group, key) { var words = D.words[group + '.' + key]; return words ? words[li()] : key; }
function siteLabel(j) { return j < 0 ? '' : shortened(siteName(j), 80); }

/* rows: [label, text], an element that spans both columns, or null; rows without text are left out */
function cardRows(rows) {
  var list = el('dl', { 'class': 'num' });
  rows.forEach(function (row) {
    if (!row) return;
    if (row.nodeType) add(list, row);
    else if (row[1]) add(list, [el('dt', {}, row[0]), el('dd', {}, row[1])]);
  });
  return list;
}
function cardHead(mark, title, sub) {
  var close = { type: 'button', 'class': 'x', 'aria-label': T('map.close'), title: T('map.close') };
  return el('header', {},
    mark || el('span', {}),
    el('div', {}, el('h3', {}, title), el('p', { 'class': 'sub' }, sub)),
    el('button', close, '\u00d7'));
}
/* a figure of today and of the last stop: 31.0 min → 12.4 min */
function nowToPlan(values, print) {
  var last = values[values.length - 1];
  return STOPS.length < 2 ? print(values[0]) : print(values[0]) + ' \u2192 ' + print(last);
}

function pointCard(i) {
  var letter = pointState(i), planned = lastStop().states.charAt(i);
  var rows = [
    [T('map.status'), stateName(letter)],
    [T('map.residents'), people(residentsOf(i))],
    coveredOf(i) > 0 && leftOf(i) > 0 ? [T('map.covered_part'), people(coveredOf(i))] : null,
    [T('map.class'), className(P['class'].charAt(i))],
    [T('map.minutes'), nowToPlan(STOPS.map(function (s) { return s.minutes[i]; }), minutes)],
    [T('map.nearest_now'), siteLabel(STOPS[0].nearest[i])],
    STOPS.length > 1 ? [T('map.nearest_plan'), siteLabel(lastStop().nearest[i])] : null,
  ].concat(lackingRows(i), [[T('map.id'), straight(P.id[i])]]);
  var why = unmet(letter) ? whyUncovered(i, planned) : '';
  return [
    cardHead(symbol('p-' + letter), pointName(i), join([T('map.settlement'), shortened(zoneName(P.zone[i]), 40)])),
    cardRows(rows),
    why ? el('p', { 'class': unmet(planned) ? 'why bad' : 'why' }, why) : null
  ];
}
/* of whom the plan does not cover: which tiers fail, and of the one that fails by most how far its sites are */
function lackingRows(i) {
  var lack = P.lacking[i];
  if (!lack) return [];
  var names = lack[0].map(function (k) { return shortened(tierName(k), 40); });
  return [
    [T('map.lacking'), names.join(lang === 'zh' ? '、' : ', ')],
    [T('map.lacking_nearest'), join([siteLabel(lack[1]), known(lack[2], minutes)])],
    [T('map.nearest_any'), known(lack[3], minutes)]
  ];
}
function stateName(letter) { return T(letter === 'x' ? 'map.state.x.short' : 'map.state.' + letter); }
function whyUncovered(i, planned) {
  if (!unmet(planned)) return T('map.covered_in_plan');
  var reason = P.reason[i], remedy = P.remedy[i];
  return sentences([
    reason >= 0 ? T('map.reason', { text: reasonName('reason', D.reasons[reason]) }) : '',
    remedy >= 0 ? T('map.remedy', { text: reasonName('remedy', D.remedies[remedy]) }) : ''
  ]);
}

function siteCard(j) {
  var letter = stop().open ? siteState(j) : lastStop().sites.charAt(j).replace('-', 'n'), open = isOpen(letter);
  var rows = [
    [T('map.action'), join([T('map.site.' + letter), D.steps ? '' : S.stage[j]])],
    letter === 'b' && !D.steps ? [T('map.cost'), known(S.build_cost[j], money)] : null
  ].concat(stepRows(j), [
    stop().open ? null : [T('map.size'), shortened(S.size[j], 80)],
    [T('map.owner'), shortened(S.owner[j], 80)],
    stop().open ? null : [T('map.capacity'), known(S.capacity_people[j], people)]
  ], !open ? [] : stop().open ? stageRows(j) : serviceRows(j), referralRows(j), [[T('map.id'), straight(S.id[j])]]);
  var beyond = linksOfSite(j).some(function (link) { return !link.within; });
  var notes = [
    whySite(letter, S.people_lost_without[j]),
    S.fixed[j] ? T('map.fixed.' + S.fixed[j]) : '',
    D.hasPlan && !isPlan() && !stop().open ? T('map.plan_figures') : '',
    beyond ? T('map.beyond') : ''
  ];
  var sub = join([shortened(tierName(S.tier[j]), 40), shortened(zoneName(S.zone[j]), 40)]);
  return [
    cardHead(symbol('s' + Math.max(S.tier[j], 0) + '-' + letter), siteName(j), sub),
    cardRows(rows),
    sentences(notes) ? el('p', { 'class': 'why' }, sentences(notes)) : null
  ];
}
/* every action at a site: stage, what, to which size, for how much, and where it goes */
function stepRows(j) {
  return ((D.steps || {})[j] || []).map(function (step) {
    var where = step[4] >= 0 ? '\u2192 ' + siteLabel(step[4]) : '';
    return [/^\d+$/.test(step[0]) ? step[0] : T('map.action'), join([T('action.' + step[1]), step[2], money(step[3]), where])];
  });
}
/* an open site at this stop of a plan with stages: its size, whom it serves, how full it is */
function stageRows(j) {
  var found = stop().open[j], last = isLast();
  if (!found) return [];
  var load = found[3] > 0 ? share(found[2], found[3]) : null, per = T('workload.' + D.workload);
  return [
    [T('map.size'), shortened(found[0], 80)],
    [T('map.assigned'), people(found[1])],
    found[3] === null ? null : [T('map.load'), T('map.load_of', { load: count(found[2]), capacity: count(found[3]), unit: per })],
    load === null ? null : [T('map.use'), fixed(load, 0) + '%'],
    load === null ? null : el('div', { 'class': 'util' }, el('i', { style: 'width:' + Math.min(100, load) + '%' })),
    last ? [T('map.assigned_points'), count(S.points_assigned[j])] : null,
    last ? [T('map.mean'), known(S.mean_minutes[j], minutes)] : null,
    last ? [T('map.longest'), known(S.longest_minutes[j], longest)] : null,
    last ? [T('map.lost'), known(S.people_lost_without[j], people)] : null
  ];
}
function referralRows(j) {
  return referralOf(j).filter(function (pair) { return pair[0] === j; }).map(function (pair) {
    return [T('map.refers'), siteLabel(pair[1])];
  });
}
function serviceRows(j) {
  var assigned = S.people_assigned[j], capacity = S.capacity_people[j], load = capacity > 0 ? share(assigned, capacity) : null;
  return [
    [T('map.assigned'), join([people(assigned), load === null ? '' : fixed(load, 0) + '%'])],
    load === null ? null : el('div', { 'class': 'util' }, el('i', { style: 'width:' + Math.min(100, load) + '%' })),
    [T('map.assigned_points'), count(S.points_assigned[j])],
    [T('map.mean'), known(S.mean_minutes[j], minutes)],
    [T('map.longest'), known(S.longest_minutes[j], longest)],
    [T('map.lost'), known(S.people_lost_without[j], people)]
  ];
}
function whySite(letter, lost) {
  if (letter === 'e' || (letter === 'n' && !D.hasPlan)) return '';
  if ('dnvm'.indexOf(letter) >= 0) return T('map.why.' + letter);
  if (lost === null || !isLast() && stop().open || 'xr'.indexOf(letter) >= 0) return '';
  return lost > 0 ? T('map.why.' + letter, { lost: people(lost) }) : T('map.why.' + letter + '0');
}

function zoneCard(k) {
  var zone = D.zones[k], found = zone.share, rows = [];
  function coveredShare(covered) { return percent(share(covered, found.people)); }
  if (found) rows = [
    [T('map.residents'), people(found.people)],
    [T('map.class'), found['class'] ? T('area_class.' + found['class']) : ''],
    D.hasPlan ? [T('map.zone.covered'), nowToPlan(found.covered, coveredShare)] : null,
    found.unreachable > 0 ? [T('map.state.x.short'), people(found.unreachable)] : null,
    [T('map.mean'), nowToPlan(found.mean, minutes)],
    [T('map.longest'), known(found.longest, longest)]
  ];
  return [cardHead(null, zoneName(k), T('map.zone')), cardRows(rows)];
}

/* kind: point, site or zone */
function choose(kind, index) {
  state.chosen = { kind: kind, index: index };
  showCard();
  drawSites();
  clearOfCard();
  saveHash();
}
function showCard() {
  var chosen = state.chosen, parts = { point: pointCard, site: siteCard, zone: zoneCard };
  $('card').hidden = !chosen;
  clearLinks();
  fill($('card'), chosen ? parts[chosen.kind](chosen.index) : null);
  all('#still button[data-point]').forEach(function (button) {
    var same = chosen && chosen.kind === 'point' && +button.getAttribute('data-point') === chosen.index;
    button.classList.toggle('on', !!same);
  });
  if (!chosen) return;
  if (chosen.kind === 'site') {
    drawLinks(linksOfSite(chosen.index), 1.1);
    if (hasMap) referralOf(chosen.index).map(referralLine).forEach(function (line) { if (line) G.spider.addLayer(line); });
    if (!shown(chosen.index)) ring(siteAt[chosen.index]);
  }
  if (chosen.kind === 'point') {
    drawLinks(linksOfPoint(chosen.index), 1.6);
    ring(at[chosen.index]);
  }
}
/* where the chosen stands, and where its lines lead */
function placesOfChosen() {
  var chosen = state.chosen, places = [];
  if (chosen.kind === 'point') places = [at[chosen.index]].concat(linksOfPoint(chosen.index).map(toSite));
  if (chosen.kind === 'site') places = [siteAt[chosen.index]].concat(linksOfSite(chosen.index).map(toPoint));
  return places.filter(function (place) { return place; });
}
function toSite(link) { return siteAt[link.site]; }
function toPoint(link) { return at[link.point]; }
/* moves the map where the card would lie on what it tells of, as far as the rest stays in sight */
function clearOfCard() {
  var card = $('card'), places = hasMap ? placesOfChosen() : [], least = 0, beneath = 0, room = Infinity;
  if (!places.length || map.getSize().x <= 620) return;
  places.forEach(function (place, k) {
    var p = map.latLngToContainerPoint(place), over = p.x - (card.offsetLeft - 30);
    room = Math.min(room, Math.max(p.x - 24, 0));
    if (over <= 0 || p.y > card.offsetTop + card.offsetHeight + 20) return;
    beneath = Math.max(beneath, over);
    if (k === 0) least = over + 90;
  });
  if (beneath > 0) map.panBy([Math.max(Math.min(beneath, room), least), 0], { animate: false });
}
function hide() {
  if (!state.chosen) return;
  state.chosen = null;
  showCard();
  drawSites();
  saveHash();
}
