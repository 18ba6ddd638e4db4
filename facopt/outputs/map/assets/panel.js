/* The panel: headline, bar, stops, counts, legend. The legend is the layer control is the count. */
function exactFigure(name) { return stop().figures[name] || ''; }
function figure(name) { return exactFigure(name) === '' ? null : parseFloat(exactFigure(name)); }
/* an element that carries a figure of this stop, printed and exact */
function marked(tag, name, text, look) {
  return el(tag, { 'data-figure': name, 'data-value': exactFigure(name), 'class': look }, text);
}
function setFigure(name, text) {
  var element = document.querySelector('#headline [data-figure=' + name + ']');
  element.setAttribute('data-value', exactFigure(name));
  (element.querySelector('span') || element).textContent = text;
}

function drawHead() {
  drawChips();
  $('headline').hidden = !D.hasPlan;
  $('nohead').hidden = D.hasPlan;
  if (!D.hasPlan) { drawNoPlan(); return; }
  setFigure('people_covered_percent', percent(figure('people_covered_percent')).replace('%', ''));
  setFigure('people_covered', people(figure('people_covered')));
  setFigure('people', people(figure('people')));
  fill($('standards'), '\u00b7 ' + join(D.standards.map(function (pair) { return shortened(both(pair), 60); })));
  drawHeadNote();
  drawBar();
}
function drawChips() {
  var chip = $('chip');
  chip.textContent = both(D.chip.text);
  chip.className = 'chip ' + D.chip.tone;
  chip.hidden = !D.hasPlan;
  chip.setAttribute('data-figure', 'gap_percent');
  chip.setAttribute('data-value', D.chip.gap || '');
  $('unverified').hidden = !D.assumptions.length;
  $('unverified').textContent = T('map.unverified', { n: D.assumptions.length });
}
function drawHeadNote() {
  var note = $('headnote'), gained = figure('people_newly_covered'), lost = figure('people_losing_cover');
  var comma = lang === 'zh' ? '\uff0c' : '; ';
  fill(note, T('map.scope'));
  if (gained > 0) add(note, [comma, marked('b', 'people_newly_covered', T('map.gain', { people: people(gained) }))]);
  if (lost > 0) add(note, [comma, marked('b', 'people_losing_cover', T('map.loss', { people: people(lost) }), 'miss')]);
}
function drawNoPlan() {
  var head = $('nohead');
  fill(head, el('p', { 'class': 'statement' }, both(D.head.title)), el('p', {}, both(D.head.text)));
  if (D.conflicts.length) add(head, el('ol', { 'class': 'conflicts' }, D.conflicts.map(function (conflict) {
    return el('li', {}, both(conflict.text), el('small', {}, conflict.place));
  })));
  add(head, el('p', { 'class': 'foot' }, T('map.only_today')));
}
function drawBar() {
  var whole = figure('people'), sums = stop().people, bar = $('bar'), labels = $('ticklab');
  var parts = [['c', sums.c], ['n', sums.n], ['u', sums.u + sums.l], ['x', sums.x]];
  parts = parts.filter(function (part) { return part[1] > 0; });
  fill(bar, parts.map(function (part) {
    return el('i', { 'class': 'b-' + part[0], style: 'width:' + 100 * part[1] / whole + '%' });
  }));
  bar.setAttribute('aria-label', parts.map(function (part) {
    return stateName(part[0]) + ' ' + percent(share(part[1], whole));
  }).join(', '));
  var today = share(parseFloat(STOPS[0].figures.people_covered), parseFloat(STOPS[0].figures.people));
  /* with people of a later year, what stands today does otherwise than it does today */
  var before = percent(share(sums.c + sums.l, whole));
  fill(labels, el('span', {}, T(before === percent(today) ? 'map.from' : 'map.without', { share: before })));
  var target = overallTarget(whole);
  if (!target) return;
  add(bar, el('span', { 'class': 'tick', style: 'left:' + Math.min(100, 100 * target.needed / whole) + '%' }));
  var met = isMet(target);
  var key = target.percent >= 100 ? 'map.target_reachable' : 'map.target';
  var wanted = T(key, { share: trimmed(target.percent, 4) + '%' });
  add(labels, el('span', { 'class': met ? 'ok' : 'miss' }, join([wanted, met ? T('map.met') : lackText(target)])));
}

/* targets as {people, needed, now, met}: now is who is covered at this stop, met what the report says of the plan */
function isMet(target) {
  if (!target.stops && isPlan() && target.met !== null) return target.met;
  return target.now >= target.needed - 1e-6 * target.people;
}
function lackOf(target) { return isMet(target) ? 0 : 100 * (target.needed - target.now) / target.people; }
function lackText(target) {
  var points = lackOf(target);
  return T('map.short', { points: points < 0.05 ? '<0.1' : fixed(points, 1) });
}
function isOverall(target) { return target.tier < 0 && !target['class'] && !target.zone[0] && !target.segment; }
/* the target for everybody together as this stop has it; in a plan with stages the one that is due, else the next */
function overallTarget(whole) {
  var staged = dueTargets().filter(function (target) { return target.stops && isOverall(target); })[0];
  if (staged || D.targets.some(function (target) { return target.stops; })) return staged || null;
  if (!D.tick || D.tick.needed === null) return null;
  return { people: whole, needed: D.tick.needed, now: figure('people_covered'), met: D.tick.met, percent: D.tick.percent };
}
/* of the targets about the same people the last that is due at this stop, or the first that will be */
function dueTargets() {
  var found = {};
  D.targets.forEach(function (target, k) {
    var about = [target.tier, target['class'], target.zone[0], target.segment].join('|'), at = state.stop;
    if (!target.stops) { target.now = target.covered[at]; found[k] = target; return; }
    target.people = target.stops[at][0];
    target.needed = target.stops[at][1];
    target.now = target.stops[at][2];
    var other = found[about], due = target.due <= at;
    var better = !other || (due ? other.due > at || target.due >= other.due : other.due > at && target.due < other.due);
    if (better) found[about] = target;
  });
  return Object.keys(found).map(function (key) { return found[key]; });
}
function drawTargets() {
  var rows = dueTargets().filter(function (target) { return !isOverall(target); });
  rows.sort(function (a, b) { return lackOf(b) - lackOf(a); });
  $('targetsection').hidden = !rows.length || !D.hasPlan;
  fill($('targets'), rows.slice(0, 4).map(targetRow));
  if (rows.length > 4) add($('targets'), el('li', { 'class': 'more' }, T('map.other_targets', { n: rows.length - 4 })));
}
function targetRow(target) {
  var whom = target.tier >= 0 ? shortened(tierName(target.tier), 40) : T('map.everywhere');
  var about = join([
    whom, target['class'] ? T('area_class.' + target['class']) : '', shortened(both(target.zone), 24),
    target.segment ? segmentName(target.segment) : '', target.stops && target.due !== state.stop ? stopName(target.due) : ''
  ]);
  var all_ = target.now >= target.people || target.percent < 100;
  return el('li', {},
    el('span', { 'class': 'about' }, about),
    el('span', {}, reachedOf(target) + ' / ' + wantedOf(target)),
    isMet(target) ?
      el('span', { 'class': 'status ok' }, T(all_ ? 'map.met' : 'map.met_reachable')) :
      el('span', { 'class': 'status miss' }, lackText(target)));
}

/* in the measure the target is stated in */
function reachedOf(target) {
  return target.percent === null ? count(target.now) : percent(share(target.now, target.people));
}
function wantedOf(target) {
  return target.percent === null ? people(target.needed) : trimmed(target.percent, 4) + '%';
}
function segmentName(key) { return D.words['segment.' + key] ? T('segment.' + key) : key; }

function drawStops() {
  $('stopsection').hidden = STOPS.length < 2;
  $('stop').max = STOPS.length - 1;
  $('stop').value = state.stop;
  $('stop').setAttribute('aria-valuetext', stopName(state.stop));
  fill($('stops'), STOPS.map(function (s, k) {
    return el('button', { type: 'button', 'data-stop': k, 'aria-pressed': k === state.stop }, stopName(k));
  }));
  var changes = STOPS.some(function (s) { return s.figures.sites_extended > 0; }) ? ['extended'] : [];
  $('facts').className = 'facts num' + (changes.length ? ' five' : '');
  fill($('facts'), ['new'].concat(changes, ['closed', 'open']).map(function (fact) {
    var name = 'sites_' + fact;
    return el('div', {}, marked('b', name, count(figure(name))), el('span', {}, T('map.fact.' + fact)));
  }), costFact());
  drawStageMoney();
}
/* what the stage itself spends and needs, in a plan with stages */
function drawStageMoney() {
  var spent = stop().money, rows = [];
  function of(name, print) {
    if (!spent || absent(spent[name] === null ? null : parseFloat(spent[name]))) return;
    rows.push([name, T('map.stage.' + name, { n: print(parseFloat(spent[name])) })]);
  }
  if (D.base_year) of('capital', money);
  if (D.base_year) of('budget', money);
  of('running_cost', money);
  ['staff', 'beds'].forEach(function (name) { if (spent && parseFloat(spent[name]) > 0) of(name, trimmed); });
  $('stagefacts').hidden = !rows.length;
  fill($('stagefacts'), rows.map(function (row, k) {
    var figure_ = el('span', { 'data-figure': 'stage_' + row[0], 'data-value': spent[row[0]] }, row[1]);
    return [k ? ' ' : '', el('span', { 'class': 'whole' }, figure_, k < rows.length - 1 ? ' \u00b7' : '')];
  }));
}
function stopName(k) {
  var key = 'map.stop.' + STOPS[k].key;
  return D.words[key] ? T(key) : STOPS[k].key;
}
function costFact() {
  var cost = figure('cost'), yuan = D.currency === 'CNY', zh = lang === 'zh';
  var unit = !yuan ? D.currency : zh ? '\u4e07\u5143' : '\u00a5 million';
  var text = cost === null ? MISSING : !yuan ? fixed(cost, 0) : zh ? moneyParts(cost)[0] : trimmed(cost / 1e6, 2);
  return el('div', {}, marked('b', 'cost', text), el('span', {}, T(D.base_year ? 'map.fact.cost_so_far' : 'map.fact.cost', { unit: unit })));
}

/* a row of the legend: checkbox, symbols, name, number */
function row(key, symbols, text, number, name, value) {
  var box = el('input', { type: 'checkbox', 'data-layer': key });
  box.checked = !!on[key];
  return el('li', {}, el('label', { 'class': on[key] ? '' : 'off' },
    box,
    symbols ? el('span', { 'class': 'pair' }, symbols) : null,
    el('span', {}, text),
    symbols ? el('span', { 'class': 'n', 'data-figure': name, 'data-value': value }, number) : null));
}
function drawLegend() {
  drawTierSwitch();
  fill($('rowsP'), state.by === 'cover' ? stateRows() : bandRows());
  fill($('rowsS'), siteRows());
  $('rowsS').classList.toggle('three', $('rowsS').querySelectorAll('.pair svg:nth-child(3)').length > 0);
  fill($('rowsG'), groundRows());
  $('groundsection').hidden = !hasMap;
}
function stateRows() {
  var cover = shownCover();
  var present = ORDER.filter(function (letter) { return cover.states.indexOf(letter) >= 0 || cover.people[letter] > 0; });
  var rows = present.map(function (letter) {
    var n = cover.people[letter];
    return row(letter, symbol('p-' + letter), T('map.state.' + letter), people(n), 'people_state_' + letter, n);
  });
  if (state.tier < 0) return rows;
  return rows.concat(el('li', { 'class': 'note' }, T('map.tier.one', { tier: shortened(tierName(state.tier), 40) })));
}
/* which tier's cover is drawn: all together, or one on its own */
function drawTierSwitch() {
  $('tierseg').hidden = !stop().tiers || state.by !== 'cover';
  fill($('tierseg'), [-1].concat(D.tiers.map(function (tier, k) { return k; })).map(function (k) {
    var text = k < 0 ? T('map.tier.all') : shortened(tierName(k), 24);
    return el('button', { type: 'button', 'data-tier': k, 'aria-pressed': k === state.tier }, text);
  }));
}
function bandName(k) {
  var edges = D.bands.edges;
  if (k === 0) return T('map.band.first', { to: trimmed(edges[0]) });
  if (k === edges.length) return T('map.band.last', { from: trimmed(edges[k - 1]) });
  return T('map.band.middle', { from: trimmed(edges[k - 1]), to: trimmed(edges[k]) });
}
function bandRows() {
  var sums = stop().bands, none = sums[sums.length - 1];
  var rows = D.bands.colours.map(function (colour, k) {
    var swatch = el('span', { 'class': 'sw', style: 'background:' + colour });
    return row('m' + k, swatch, bandName(k), people(sums[k]), 'people_band_' + k, sums[k]);
  });
  if (none > 0) rows.push(row('x', symbol('p-x'), T('map.band.none'), people(none), 'people_band_none', none));
  return rows.concat(el('li', { 'class': 'note' }, T('map.band.note')));
}
function siteRows() {
  var used = D.tiers.map(function (tier, k) { return k; }).filter(function (k) { return S.tier.indexOf(k) >= 0; });
  var rows = [], hospitals = D.context.filter(function (facility) { return isHospital(facility[1]); }).length;
  var others = D.context.length - hospitals;
  'ekbxrdvmn'.split('').forEach(function (letter) {
    var counts = used.map(function (k) { return sitesIn(k, letter); });
    var sum = counts.reduce(function (a, b) { return a + b; }, 0), key = layerOf(letter);
    var symbols = used.slice(0, 3).map(function (k) { return symbol('s' + k + '-' + letter); });
    if (sum) rows.push(row(key, symbols, T('map.site.' + letter), counts.join(' + '), 'sites_' + letter, sum));
  });
  if (hospitals) rows.push(row('hospital', symbol('hospital'), T('map.hospital'), count(hospitals)));
  if (others) rows.push(row('context', symbol('context'), T('map.context'), count(others)));
  return rows.concat(el('li', { 'class': 'note tiers' }, used.map(function (k) {
    return used.length > 1 ? tierSwitch(k) : el('span', {}, symbol('s' + k + '-k', 13), shortened(tierName(k), 40));
  })));
}
/* a tier with its shape; unticked, its facilities leave the map */
function tierSwitch(k) {
  var box = el('input', { type: 'checkbox', 'data-layer': 't' + k });
  box.checked = !!on['t' + k];
  return el('label', { 'class': box.checked ? '' : 'off' }, box, symbol('s' + k + '-k', 13), shortened(tierName(k), 40));
}
function sitesIn(tier, letter) {
  return S.tier.filter(function (k, j) { return k === tier && siteState(j) === letter; }).length;
}
function groundRows() {
  var there = {
    names: labelled().length, zones: hasZones || hasBoundary, roads: hasRoads, water: hasWater,
    excluded: land.excluded.length, inset: mini, service: true, referral: hasReferral(), base: D.base
  };
  var found = Object.keys(there).filter(function (key) { return there[key]; });
  return found.map(function (key) {
    return row(key, null, T('map.' + key, { name: D.base ? both(D.base.name) : '' }));
  });
}
