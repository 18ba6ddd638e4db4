/* The panel: headline, bar, stops, counts, legend. The legend is the layer control is the count. */
function figure(name) { var v = stop().figures[name]; return v === null || v === undefined ? null : parseFloat(v); }
function marked(tag, name, text) { var v = stop().figures[name]; return el(tag, { 'data-figure': name, 'data-value': v === null || v === undefined ? '' : v }, text); }
function setFigures() {
  all('#headline [data-figure]').forEach(function (e) { e.setAttribute('data-value', stop().figures[e.getAttribute('data-figure')] || ''); });
  $('bigv').textContent = percent(figure('people_covered_percent')).replace('%', '');
  document.querySelector('#headline [data-figure=people_covered]').textContent = people(figure('people_covered'));
  document.querySelector('#headline [data-figure=people]').textContent = people(figure('people'));
}
function drawHead() {
  fill($('chip'), both(D.chip.text)); $('chip').className = 'chip ' + D.chip.tone; $('chip').hidden = !D.hasPlan;
  $('chip').setAttribute('data-figure', 'gap_percent'); $('chip').setAttribute('data-value', D.chip.gap || '');
  $('unverified').hidden = !D.assumptions.length; fill($('unverified'), T('map.unverified', { n: D.assumptions.length }));
  fill($('standards'), ' \u00b7 ' + join(D.standards.map(function (s) { return shortened(both(s), 60); })));
  $('headline').hidden = !D.hasPlan; $('nohead').hidden = D.hasPlan;
  if (!D.hasPlan) { drawNoPlan(); return; }
  setFigures();
  var note = $('headnote'), gained = figure('people_newly_covered'), lost = figure('people_losing_cover'), comma = lang === 'zh' ? '\uff0c' : '; ';
  fill(note, T('map.scope'));
  if (isPlan()) { add(note, comma); var b = marked('b', 'people_newly_covered', T('map.gain', { people: people(gained) })); add(note, b); }
  if (isPlan() && lost > 0) { add(note, comma); var m = marked('b', 'people_losing_cover', T('map.loss', { people: people(lost) })); m.className = 'miss'; add(note, m); }
  drawBar();
}
function drawNoPlan() {
  fill($('nohead'), el('p', { 'class': 'statement' }, both(D.head.title)), el('p', {}, both(D.head.text)));
  if (D.conflicts.length) add($('nohead'), el('ol', { 'class': 'conflicts' }, D.conflicts.map(function (c) { return el('li', {}, both(c.text), el('small', {}, c.place)); })));
  add($('nohead'), el('p', { 'class': 'foot' }, T('map.only_today')));
}
function drawBar() {
  var whole = figure('people'), sums = stop().people, parts = [['c', sums.c], ['n', sums.n], ['u', sums.u + sums.l], ['x', sums.x]], bar = $('bar');
  fill(bar, parts.filter(function (p) { return p[1] > 0; }).map(function (p) { return el('i', { 'class': 'b-' + p[0], style: 'width:' + 100 * p[1] / whole + '%' }); }));
  bar.setAttribute('aria-label', parts.map(function (p) { return T('map.state.' + p[0]) + ' ' + percent(share(p[1], whole)); }).join(', '));
  fill($('ticklab'), el('span', {}, T('map.from', { share: percent(share(parseFloat(STOPS[0].figures.people_covered), whole)) })));
  if (!D.tick || D.tick.needed === null) return;
  add(bar, el('span', { 'class': 'tick', style: 'left:' + Math.min(100, 100 * D.tick.needed / whole) + '%' }));
  var short = D.tick.needed - figure('people_covered'), met = short <= 1e-6 * whole;
  add($('ticklab'), el('span', { 'class': met ? 'ok' : 'miss' }, join([targetText(D.tick.percent), metText(met, 100 * short / whole)])));
}
function targetText(p) { return T(p >= 100 ? 'map.target_reachable' : 'map.target', { share: trimmed(p, 4) + '%' }); }
function metText(met, points) { return met ? T('map.met') : T('map.short', { points: points < 0.05 ? '<0.1' : fixed(points, 1) }); }

function drawStops() {
  var several = STOPS.length > 1;
  $('slider').hidden = !several; $('stopsection').hidden = !several;
  $('stop').max = STOPS.length - 1; $('stop').value = state.stop;
  $('stop').setAttribute('aria-valuetext', stopName(state.stop));
  fill($('stops'), STOPS.map(function (s, k) { return el('button', { type: 'button', 'data-stop': k, 'aria-pressed': k === state.stop }, stopName(k)); }));
  var unit = D.currency === 'CNY' ? (lang === 'zh' ? '\u4e07\u5143' : '\u00a5 million') : D.currency, cost = figure('cost');
  var money = D.currency !== 'CNY' ? fixed(cost, 0) : lang === 'zh' ? moneyParts(cost)[0] : cost === null ? MISSING : trimmed(cost / 1e6, 2);
  fill($('facts'), [['sites_new', 'map.fact.new'], ['sites_closed', 'map.fact.closed'], ['sites_open', 'map.fact.open']].map(function (f) {
    return el('div', {}, marked('b', f[0], count(figure(f[0]))), el('span', {}, T(f[1])));
  }), el('div', {}, marked('b', 'cost', money), el('span', {}, T('map.fact.cost', { unit: unit }))));
}
function stopName(k) { var key = 'map.stop.' + STOPS[k].key; return D.words[key] ? T(key) : STOPS[k].key; }

function drawTargets() {
  var rows = D.targets.filter(function (t) { return t.tier >= 0 || t['class'] || t.zone; });
  $('targetsection').hidden = !rows.length || !D.hasPlan;
  rows.sort(function (a, b) { return lack(b) - lack(a); });
  fill($('targets'), rows.slice(0, 4).map(targetRow));
  if (rows.length > 4) add($('targets'), el('li', { 'class': 'more' }, T('map.other_targets', { n: rows.length - 4 })));
}
function lack(t) { return t.needed === null || t.covered[state.stop] === null ? 0 : Math.max(0, t.needed - t.covered[state.stop]) / Math.max(1, t.people); }
function targetRow(t) {
  var covered = t.covered[state.stop], met = t.needed !== null && covered !== null && covered >= t.needed - 1e-6 * t.people;
  var about = join([t.tier >= 0 ? shortened(tierName(t.tier), 40) : T('map.everywhere'), t['class'] ? T('area_class.' + t['class']) : '', shortened(t.zone, 14)]);
  return el('li', {}, el('span', { 'class': 'about' }, about), el('span', {}, percent(share(covered, t.people)) + ' / ' + trimmed(t.percent, 4) + '%'), el('span', { 'class': met ? 'ok' : 'miss' }, metText(met, 100 * (t.needed - covered) / Math.max(t.people, 1e-9))));
}

function row(key, symbols, text, n, figureName, value) {
  return el('li', {}, el('label', { 'class': on[key] ? '' : 'off' }, box(key), el('span', { 'class': 'pair' }, symbols), el('span', {}, text),
    el('span', { 'class': 'n', 'data-figure': figureName, 'data-value': value }, n)));
}
function box(key) { var b = el('input', { type: 'checkbox', 'data-layer': key }); b.checked = !!on[key]; return b; }
function bandName(k) {
  var e = D.bands.edges;
  if (k > e.length) return T('map.band.none');
  return k === 0 ? T('map.band.first', { to: trimmed(e[0]) }) : k === e.length ? T('map.band.last', { from: trimmed(e[k - 1]) }) : T('map.band.middle', { from: trimmed(e[k - 1]), to: trimmed(e[k]) });
}
function drawLegend() {
  var sums = stop().people, bands = stop().bands, rows;
  if (state.by === 'cover') rows = ORDER.filter(function (s) { return stop().states.indexOf(s) >= 0; }).map(function (s) { return row(s, symbol('p-' + s), T('map.state.' + s), people(sums[s]), 'people_state_' + s, sums[s]); });
  else {
    rows = D.bands.colours.map(function (c, k) { return el('li', {}, el('span', { 'class': 'row' }, el('span', {}), el('span', { 'class': 'sw', style: 'background:' + c }), el('span', {}, bandName(k)), el('span', { 'class': 'n', 'data-figure': 'people_band_' + k, 'data-value': bands[k] }, people(bands[k])))); });
    if (bands[bands.length - 1] > 0) rows.push(row('x', symbol('p-x'), bandName(bands.length), people(bands[bands.length - 1]), 'people_band_none', bands[bands.length - 1]));
    rows.push(el('li', { 'class': 'note' }, T('map.band.note')));
  }
  fill($('rowsP'), rows);
  drawSiteRows();
  fill($('rowsG'), [['names', labelled().length], ['zones', hasZones || hasBoundary], ['roads', hasRoads], ['water', hasWater], ['service', D.assignment.site.length || !isPlan()]].filter(function (g) { return g[1]; }).map(function (g) {
    return el('li', {}, el('label', { 'class': on[g[0]] ? '' : 'off' }, box(g[0]), el('span', {}, T('map.' + g[0]))));
  }));
  $('groundsection').hidden = !hasMap;
}
function drawSiteRows() {
  var used = D.tiers.map(function (t, k) { return k; }).filter(function (k) { return S.tier.indexOf(k) >= 0; });
  function counted(s) { return used.map(function (k) { var n = 0, j; for (j = 0; j < NS; j++) if (S.tier[j] === k && siteState(j) === s) n++; return n; }); }
  var rows = [], hospitals = D.context.filter(function (c) { return isHospital(c[1]); }).length;
  ['e', 'k', 'b', 'd', 'n'].forEach(function (s) {
    var n = counted(s);
    if (!n.some(function (v) { return v > 0; })) return;
    rows.push(row(s === 'n' ? 'cand' : s, used.slice(0, 3).map(function (k) { return symbol('s' + k + '-' + s); }), T('map.site.' + s), n.map(count).join(' + '), 'sites_' + s, n.reduce(function (a, b) { return a + b; }, 0)));
  });
  if (hospitals) rows.push(row('hospital', symbol('hospital'), T('map.hospital'), count(hospitals)));
  if (D.context.length > hospitals) rows.push(row('context', symbol('context'), T('map.context'), count(D.context.length - hospitals)));
  rows.push(el('li', { 'class': 'note tiers' }, used.map(function (k) { return el('span', {}, symbol('s' + k + '-k', 13), shortened(tierName(k), 40)); })));
  fill($('rowsS'), rows);
}
