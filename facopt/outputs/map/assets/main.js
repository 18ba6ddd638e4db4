/* Texts, views, the sheet for print, the state in the address, and the events. */
function drawTexts() {
  all('[data-t]').forEach(function (e) { e.textContent = T(e.getAttribute('data-t')); });
  all('[data-by]').forEach(function (e) { e.textContent = T('map.by.' + e.getAttribute('data-by')); });
  all('[data-view]').forEach(function (e) { e.textContent = T('map.view.' + e.getAttribute('data-view')); });
  all('[data-tag]').forEach(function (e) { e.hidden = !D.synthetic; e.textContent = D.words['tag.synthetic'].join(' '); });
  var titles = {
    title: shortened(both(D.title), 80),
    sheet: join([T('map.sheet.title', { title: cut(both(D.title), 64) }), D.base_year ? stopName(state.stop) : '']),
    scenario: shortened(join([T('map.scenario', { name: shortened(D.scenario, 60) }), budget(), both(D.question)]), 160)
  };
  all('[data-title]').forEach(function (e) { e.textContent = titles[e.getAttribute('data-title')]; });
  press('data-by', state.by);
  press('data-view', state.view);
  press('data-lang', lang);
  $('q').placeholder = T('map.search');
  $('q').setAttribute('aria-label', T('map.search'));
  $('definition').textContent = shortened(both(D.definition), 500);
  $('proof').textContent = both(D.proof);
  drawNote();
  document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en';
  document.title = both(D.title);
  drawFlags();
  drawBox();
}
function drawNote() {
  var tag = D.synthetic ? T('tag.synthetic') : '', made = T('map.made', { date: D.generated });
  var credit = D.base && on.base ? D.base.credit : '';
  $('mapnote').textContent = join([tag, shortened(both(D.note), 90), 'WGS-84', made, credit]);
}
function press(attribute, value) {
  all('button[' + attribute + ']').forEach(function (button) {
    button.setAttribute('aria-pressed', button.getAttribute(attribute) === value);
  });
}
function budget() {
  var found = D.limits.filter(function (limit) { return limit[0] === 'limits.budget' && limit[1] !== null; })[0];
  return found ? T('map.budget', { money: money(found[1]) }) : '';
}
/* what the reader must know besides: unverified values, notes on the data, what is not drawn */
function drawFlags() {
  var people_ = 0, lost = 0, sites = siteAt.filter(function (where) { return !where; }).length;
  at.forEach(function (where, i) { if (!where) { lost += 1; people_ += residentsOf(i); } });
  function folded(title, items) {
    return items.length ? el('details', {}, el('summary', {}, title), el('ul', {}, items)) : null;
  }
  fill($('flags'),
    folded(el('span', { 'class': 'flag' }, T('map.unverified', { n: D.assumptions.length })), D.assumptions.map(function (a) {
      return el('li', {}, shortened(a[0] + ' = ' + a[1], 200), el('small', {}, shortened(a[2], 200)));
    })),
    folded(T('map.findings', { n: D.findings.length }), D.findings.slice(0, 40).map(function (text) {
      return el('li', {}, shortened(text, 400));
    })),
    hasMap && lost ? el('p', {}, T('map.some_without', { n: count(lost), people: people(people_) })) : null,
    hasMap && sites ? el('p', {}, T('map.sites_without', { n: count(sites) })) : null,
    heavy.people ? el('p', {}, T(D.merged ? 'map.merged' : 'map.grouped')) : null);
}
function drawBox() {
  var blank = '\u2014\u2014\u2014\u2014\u2014\u2014', stopped = lang === 'zh' ? '\u3002' : '. ';
  var rows = {
    issued: blank, drawn: blank + ' / ' + blank, data: shortened(both(D.note), 60) || MISSING, crs: 'WGS-84', date: D.generated,
    note: (D.synthetic ? T('tag.synthetic') + stopped : '') + T('map.box.review')
  };
  fill($('box'), Object.keys(rows).map(function (key) {
    return el('div', {}, el('span', {}, T('map.box.' + key)), el('span', {}, rows[key]));
  }));
}
function drawPanel() { drawTexts(); drawHead(); drawStops(); drawTargets(); drawLegend(); drawStill(); }
function drawAll() { drawPanel(); drawPeople(); drawSites(); drawNames(); drawService(); drawReferral(); drawTables(); showCard(); if ($('hits').firstChild) drawHits(); }

/* views: while one settles, the map's own events do not redraw it */
var settling = false;
function view(name) {
  state.view = name === 'urban' && D.urban ? 'urban' : 'all';
  press('data-view', state.view);
  if (!hasMap) return;
  settling = true;
  if (state.view === 'urban') fitTo(D.urban, [60, 60]);
  else {
    map.setMinZoom(0);
    fitTo(D.view, mini ? roomBesideInset() : [60, 60]);
    z0 = map.getZoom();
    map.setMinZoom(z0 - 1);
    map.setMaxZoom(Math.max(z0 + 6, 16));
  }
  settling = false;
}
/* room: pixels kept free at the right and at the bottom, for controls and notes */
function fitTo(box, room) {
  var wide = map.getSize().x > 620, edge = state.sheet ? 16 : 20, spare = state.sheet ? 44 : 0;
  var free = wide ? [room[0] - spare, room[1] - spare] : [20, 20];
  map.fitBounds(box, { paddingTopLeft: [edge, edge], paddingBottomRight: free, animate: false });
}
/* the corner of the inset and the room that leave few settlements behind it without making the area much smaller */
function roomBesideInset() {
  var best = null;
  ['', 'inset-left'].forEach(function (side) {
    document.body.classList.toggle('inset-left', side !== '');
    [[60, 60], [60, 130], [60, 220], [110, 60], [170, 60], [240, 60]].forEach(function (room) {
      fitTo(D.view, room);
      var score = 8 * behindInset() / Math.max(NP, 1) - 0.4 * map.getZoom();
      if (!best || score < best.score - 1e-9) best = { score: score, room: room, side: side };
    });
  });
  document.body.classList.toggle('inset-left', best.side !== '');
  return best.room;
}
function behindInset() {
  var b = $('inset'), left = b.offsetLeft - 6, top = b.offsetTop - 6;
  return at.filter(function (where) {
    var p = where && map.latLngToContainerPoint(where);
    return p && p.x > left && p.y > top && p.x < left + b.offsetWidth + 12 && p.y < top + b.offsetHeight + 12;
  }).length;
}
function redraw() {
  if (settling) return;
  document.body.classList.toggle('z-near', !isFar());
  drawPeople();
  drawSites();
  drawNames();
}
function measure() {
  map.invalidateSize({ animate: false });
  if (!mini) return;
  mini.invalidateSize({ animate: false });
  mini.fitBounds(D.urban, { animate: false });
}

/* the A3 sheet: on with the print button, the browser's own command or #sheet=1 */
function sheet(open) {
  if (state.sheet === open) return;
  state.sheet = open;
  document.documentElement.classList.toggle('sheet', open);
  document.documentElement.classList.remove('tight');
  hide();
  drawPanel();
  if (open) fitSheet();
  if (!hasMap) return;
  measure();
  view(open && mini ? 'all' : state.view);
  redraw();
}
/* as many rows of the list as the sheet has room for */
function fitSheet() {
  function fits(least) {
    for (; sheetListed >= least; sheetListed--) {
      drawStill();
      if ($('panel').scrollHeight <= $('panel').clientHeight) return true;
    }
    return false;
  }
  sheetListed = HITS;
  if (fits(3)) return;
  document.documentElement.classList.add('tight');
  fits(0);
}

/* going somewhere */
function goTo(where, zoom) { if (hasMap && where) map.setView(where, Math.max(zoom, map.getZoom()), { animate: false }); }
function fly(kind, k) {
  if (kind === 'zone' && hasMap && land.zones[k].length) {
    map.fitBounds(L.polygon(land.zones[k]).getBounds(), { padding: [20, 20], animate: false });
  } else if (kind === 'zone') goTo(D.zones[k].label, z0 + 2);
  else goTo(kind === 'site' ? siteAt[k] : at[k], z0 + 2.4);
  fill($('hits'));
  choose(kind, k);
}
function setStop(k) {
  state.stop = Math.max(0, Math.min(STOPS.length - 1, k));
  listed = LISTED;
  drawAll();
  saveHash();
}
function setLang(wanted) { lang = wanted === 'en' ? 'en' : 'zh'; drawAll(); saveHash(); }

/* the address, such as #lang=en&stage=now&view=urban&by=time&site=S003 */
var IDS = { site: S.id, point: P.id, zone: D.zones.map(function (zone) { return zone.key; }) };
var started = false;
function saveHash() {
  if (!started) return;
  var parts = ['lang=' + lang], chosen = state.chosen;
  if (STOPS.length > 1) parts.push('stage=' + stop().key);
  if (state.view !== 'all') parts.push('view=' + state.view);
  if (state.by !== 'cover') parts.push('by=' + state.by);
  if (state.tier >= 0) parts.push('tier=' + encodeURIComponent(D.tiers[state.tier].key));
  if (chosen) parts.push(chosen.kind + '=' + encodeURIComponent(IDS[chosen.kind][chosen.index]));
  history.replaceState(null, '', '#' + parts.join('&'));
}
function decoded(text) { try { return decodeURIComponent(text); } catch (e) { return text; } }
function readHash() {
  var said = {};
  location.hash.slice(1).split('&').forEach(function (part) {
    var n = part.indexOf('=');
    if (n > 0) said[part.slice(0, n)] = decoded(part.slice(n + 1));
  });
  if (said.lang) lang = said.lang === 'en' ? 'en' : 'zh';
  if (said.by === 'time' || said.by === 'cover') state.by = said.by;
  STOPS.forEach(function (s, k) { if (s.key === said.stage) state.stop = k; });
  D.tiers.forEach(function (tier, k) { if (tier.key === said.tier && stop().tiers) state.tier = k; });
  if (said.view) view(said.view);
  ['zone', 'point', 'site'].forEach(function (kind) {
    var k = said[kind] === undefined ? -1 : IDS[kind].indexOf(said[kind]);
    if (k >= 0) state.chosen = { kind: kind, index: k };
  });
  var chosen = state.chosen, where = chosen && { site: siteAt, point: at, zone: [] }[chosen.kind][chosen.index];
  if (hasMap && where && !map.getBounds().pad(-0.05).contains(where)) goTo(where, z0 + 2);
}

/* events */
var BUTTONS = {
  'data-stop': function (value) { setStop(+value); },
  'data-lang': setLang,
  'data-by': function (value) { state.by = value; drawPanel(); drawPeople(); saveHash(); },
  'data-tier': function (value) { state.tier = +value; drawLegend(); drawPeople(); saveHash(); },
  'data-view': function (value) { view(value); redraw(); saveHash(); },
  'data-point': function (value) { fly('point', +value); },
  'data-j': function (value) { fly('site', +value); },
  'data-zone': function (value) { fly('zone', +value); },
  'data-more': function () { listed += CHUNK; drawStill(); }
};
function onClick(e) {
  var button = e.target.closest('button');
  if (!e.target.closest('.search')) fill($('hits'));
  if (!button) return;
  for (var name in BUTTONS) {
    if (button.hasAttribute(name)) { BUTTONS[name](button.getAttribute(name)); return; }
  }
  if (button.className === 'x') hide();
}
function showUnverified() {
  var details = document.querySelector('#flags details');
  details.open = true;
  details.scrollIntoView();
}
function onLayer(e) {
  var key = e.target.getAttribute('data-layer');
  if (!key) return;
  on[key] = e.target.checked ? 1 : 0;
  if (key === 'inset') document.body.classList.toggle('no-inset', !on.inset);
  if (['zones', 'water', 'roads', 'excluded'].indexOf(key) >= 0) map[on[key] ? 'addLayer' : 'removeLayer'](G[key]);
  drawBase();
  drawNote();
  drawLegend();
  drawPeople();
  drawSites();
  drawNames();
  drawService();
  drawReferral();
  document.querySelector('[data-layer="' + key + '"]').focus();
}
function onKey(e) {
  if (e.key !== 'Escape') return;
  hide();
  fill($('hits'));
  sheet(false);
}
/* the mark of the row under the pointer, while nothing is chosen */
function onRow(e) {
  var button = e.target.closest('#still button[data-point]');
  if (state.chosen) return;
  clearLinks();
  if (button && e.type === 'mouseover') ring(at[+button.getAttribute('data-point')]);
}
function listen() {
  document.addEventListener('click', onClick);
  document.addEventListener('change', onLayer);
  document.addEventListener('keydown', onKey);
  document.querySelector('.search').addEventListener('keydown', onSearchKey);
  $('stop').addEventListener('input', function () { setStop(+this.value); });
  $('q').addEventListener('input', drawHits);
  $('still').addEventListener('mouseover', onRow);
  $('still').addEventListener('mouseout', onRow);
  $('unverified').addEventListener('click', showUnverified);
  $('print').addEventListener('click', function () { sheet(true); setTimeout(function () { window.print(); }, 120); });
  window.addEventListener('resize', function () { if (hasMap && !state.sheet) measure(); });
  window.addEventListener('hashchange', function () { state.chosen = null; readHash(); drawAll(); if (state.chosen) clearOfCard(); });
  window.addEventListener('beforeprint', function () { sheet(true); });
  window.addEventListener('afterprint', function () { sheet(false); });
}
function start() {
  $('views').hidden = $('inset').hidden = !D.urban;
  $('tables').hidden = hasMap;
  document.body.classList.toggle('no-map', !hasMap);
  if (hasMap) {
    measure();
    view('all');
    map.on('click', hide);
    map.on('zoomend', redraw);
  }
  readHash();
  if (hasMap) document.body.classList.toggle('z-near', !isFar());
  drawAll();
  if (state.chosen) clearOfCard();
  listen();
  if (/[#&]sheet=1/.test(location.hash)) sheet(true);
  started = true;
}
start();
