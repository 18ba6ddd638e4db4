/* Events, views, the sheet for print, and the state in the address. */
function drawTexts() {
  all('[data-t]').forEach(function (e) { e.textContent = T(e.getAttribute('data-t')); });
  all('[data-by]').forEach(function (e) { e.textContent = T('map.by.' + e.getAttribute('data-by')); e.setAttribute('aria-pressed', e.getAttribute('data-by') === state.by); });
  all('[data-view]').forEach(function (e) { e.textContent = T('map.view.' + e.getAttribute('data-view')); e.setAttribute('aria-pressed', e.getAttribute('data-view') === state.view); });
  all('[data-lang]').forEach(function (e) { e.setAttribute('aria-pressed', e.getAttribute('data-lang') === lang); });
  all('[data-tag]').forEach(function (e) { e.hidden = !D.synthetic; e.textContent = D.words['tag.synthetic'].join(' '); });
  all('[data-title=title]').forEach(function (e) { e.textContent = shortened(both(D.title), 80); });
  all('[data-title=sheet]').forEach(function (e) { e.textContent = T('map.sheet.title', { title: shortened(both(D.title), 40) }); });
  all('[data-title=scenario]').forEach(function (e) { e.textContent = shortened(join([T('map.scenario', { name: shortened(D.scenario, 60) }), budget(), D.question]), 160); });
  $('q').placeholder = T('map.search'); $('q').setAttribute('aria-label', T('map.search'));
  fill($('definition'), shortened(both(D.definition), 500)); fill($('proof'), both(D.proof));
  $('mapnote').textContent = noteText();
  document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en';
  document.title = both(D.title);
  drawFlags(); drawBox();
}
function budget() {
  var found = D.limits.filter(function (l) { return /budget/.test(l[0]) && l[1] !== null; })[0];
  return found ? T('map.budget', { money: money(found[1]) }) : '';
}
function noteText() { return join([D.synthetic ? T('tag.synthetic') : '', shortened(D.note, 60), hasMap ? 'WGS-84' : '', T('map.made', { date: D.generated })]); }
function drawFlags() {
  var lost = [], people_ = 0, i, sites = 0;
  for (i = 0; i < NP; i++) if (!at[i]) { lost.push(i); people_ += P.people[i]; }
  for (i = 0; i < NS; i++) if (!siteAt[i]) sites++;
  fill($('flags'),
    D.assumptions.length ? el('details', {}, el('summary', {}, el('span', { 'class': 'flag' }, T('map.unverified', { n: D.assumptions.length }))), el('ul', {}, D.assumptions.map(function (a) { return el('li', {}, a[0] + ' = ' + a[1], el('small', {}, a[2])); }))) : null,
    D.findings.length ? el('details', {}, el('summary', {}, T('map.findings', { n: D.findings.length })), el('ul', {}, D.findings.slice(0, 40).map(function (f) { return el('li', {}, shortened(f, 400)); }))) : null,
    hasMap && lost.length ? el('p', {}, T('map.some_without', { n: count(lost.length), people: people(people_) })) : null,
    hasMap && sites ? el('p', {}, T('map.sites_without', { n: count(sites) })) : null,
    heavy.people ? el('p', {}, T('map.grouped')) : null);
}
function drawBox() {
  var blank = '\u2014\u2014\u2014\u2014\u2014\u2014';
  fill($('box'), [['issued', blank], ['drawn', blank + ' / ' + blank], ['data', shortened(D.note, 60) || MISSING], ['crs', 'WGS-84'], ['date', D.generated], ['note', (D.synthetic ? T('tag.synthetic') + (lang === 'zh' ? '\u3002' : '. ') : '') + T('map.box.review')]].map(function (r) {
    return el('div', {}, el('span', {}, T('map.box.' + r[0])), el('span', {}, r[1]));
  }));
}
function drawPanel() { drawTexts(); drawHead(); drawStops(); drawTargets(); drawLegend(); drawStill(); }
function drawAll() { drawPanel(); drawPeople(); drawSites(); drawNames(); drawService(); drawTables(); showCard(); drawHits(); }

function view(name) {
  state.view = name === 'urban' && D.urban ? 'urban' : 'all';
  all('[data-view]').forEach(function (e) { e.setAttribute('aria-pressed', e.getAttribute('data-view') === state.view); });
  if (!hasMap) return;
  var urban = state.view === 'urban', wide = map.getSize().x > 620;
  if (urban || !mini) fitTo(urban, wide, 60); else fitClear(wide);
  if (!urban && Math.abs(z0 - map.getZoom()) > 0.01) { z0 = map.getZoom(); map.setMinZoom(z0 - 1); map.setMaxZoom(Math.max(z0 + 6, 16)); }
}
function fitTo(urban, wide, right) {
  map.fitBounds(urban ? D.urban : D.view, state.sheet ? { paddingTopLeft: [16, 16], paddingBottomRight: [right - 44, 16], animate: false } : { paddingTopLeft: urban ? [40, 40] : [20, 20], paddingBottomRight: urban ? [40, 40] : [wide ? right : 20, wide ? 60 : 20], animate: false });
}
/* the whole area with few settlements behind the inset, without getting much smaller for it */
function fitClear(wide) {
  var best = null;
  map.setMinZoom(0);
  [60, 110, 170, 240].forEach(function (right) {
    fitTo(false, wide, right);
    var score = behindInset() / Math.max(NP, 1) - 0.4 * map.getZoom();
    if (!best || score < best.score - 1e-9) best = { score: score, right: right };
  });
  fitTo(false, wide, best.right);
}
function behindInset() {
  var b = $('inset'), n = 0;
  at.forEach(function (where) { if (!where) return; var p = map.latLngToContainerPoint(where); if (p.x > b.offsetLeft - 6 && p.x < b.offsetLeft + b.offsetWidth + 6 && p.y > b.offsetTop - 6 && p.y < b.offsetTop + b.offsetHeight + 6) n++; });
  return n;
}
/* as many rows of the list as the sheet has room for */
function fitSheet() {
  var panel = $('panel');
  for (sheetListed = 8; sheetListed > 0; sheetListed--) { drawStill(); if (panel.scrollHeight <= panel.clientHeight) return; }
  drawStill();
}
function redraw() { zoomClass(); drawPeople(); drawSites(); drawNames(); }
function zoomClass() { document.body.classList.toggle('z-near', !isFar()); }
function fit() { map.invalidateSize({ animate: false }); if (mini) { mini.invalidateSize({ animate: false }); mini.fitBounds(D.urban, { animate: false }); } }
function sheet(open) {
  if (state.sheet === open) return;
  var urban = state.view === 'urban';
  state.sheet = open; document.documentElement.classList.toggle('sheet', open);
  if (open) hide();
  drawPanel();
  if (open) fitSheet();
  if (!hasMap) return;
  fit(); view(open && mini ? 'all' : urban ? 'urban' : 'all'); redraw();
}
function goTo(latlng, zoom) { if (hasMap && latlng) map.setView(latlng, Math.max(zoom, map.getZoom()), { animate: false }); }
function fly(kind, k) {
  if (kind === 'zone') {
    var rings = land.zones[k];
    if (hasMap && rings.length) map.fitBounds(L.polygon(rings).getBounds(), { padding: [20, 20], animate: false }); else goTo(D.zones[k].label, z0 + 2);
  } else goTo(kind === 'site' ? siteAt[k] : at[k], z0 + 2.4);
  fill($('hits')); choose(kind, k);
}
function setStop(k) { state.stop = Math.max(0, Math.min(STOPS.length - 1, k)); listed = LISTED; drawAll(); saveHash(); }
function setLang(l) { lang = l === 'en' ? 'en' : 'zh'; drawAll(); saveHash(); }

var saving = false;
function saveHash() {
  if (!saving) return;
  var parts = ['lang=' + lang], c = state.chosen;
  if (STOPS.length > 1) parts.push('stage=' + stop().key);
  if (state.view !== 'all') parts.push('view=' + state.view);
  if (state.by !== 'cover') parts.push('by=' + state.by);
  if (c) parts.push(c.kind + '=' + encodeURIComponent(c.kind === 'site' ? S.id[c.index] : c.kind === 'point' ? P.id[c.index] : D.zones[c.index].key));
  history.replaceState(null, '', '#' + parts.join('&'));
}
function decoded(text) { try { return decodeURIComponent(text); } catch (e) { return text; } }
function readHash() {
  var h = {}, k;
  location.hash.slice(1).split('&').forEach(function (part) { var n = part.indexOf('='); if (n > 0) h[part.slice(0, n)] = decoded(part.slice(n + 1)); });
  if (h.lang) lang = h.lang === 'en' ? 'en' : 'zh';
  STOPS.forEach(function (s, k) { if (s.key === h.stage) state.stop = k; });
  if (h.by === 'time' || h.by === 'cover') state.by = h.by;
  if (h.view) view(h.view);
  if (h.site !== undefined && (k = S.id.indexOf(h.site)) >= 0) state.chosen = { kind: 'site', index: k };
  if (h.point !== undefined && (k = P.id.indexOf(h.point)) >= 0) state.chosen = { kind: 'point', index: k };
  if (h.zone !== undefined) D.zones.forEach(function (z, k) { if (z.key === h.zone) state.chosen = { kind: 'zone', index: k }; });
  var c = state.chosen, place_ = c && (c.kind === 'site' ? siteAt[c.index] : c.kind === 'point' ? at[c.index] : null);
  if (hasMap && place_ && !map.getBounds().pad(-0.05).contains(place_)) goTo(place_, z0 + 2);
}

function onClick(e) {
  var b = e.target.closest ? e.target.closest('button') : null;
  if (!b) { if (!e.target.closest || !e.target.closest('.search')) fill($('hits')); return; }
  function has(name) { return b.hasAttribute(name); }
  function value(name) { return b.getAttribute(name); }
  if (has('data-stop')) setStop(+value('data-stop'));
  else if (has('data-lang')) setLang(value('data-lang'));
  else if (has('data-by')) { state.by = value('data-by'); drawPanel(); drawPeople(); saveHash(); }
  else if (has('data-view')) { view(value('data-view')); saveHash(); }
  else if (has('data-point')) fly('point', +value('data-point'));
  else if (has('data-j')) fly('site', +value('data-j'));
  else if (has('data-zone')) fly('zone', +value('data-zone'));
  else if (has('data-more')) { listed += CHUNK; drawStill(); }
  else if (b.id === 'unverified') { var d = document.querySelector('#flags details'); d.open = true; d.scrollIntoView(); }
  else if (b.className === 'x') hide();
}
function onLayer(e) {
  var key = e.target.getAttribute && e.target.getAttribute('data-layer');
  if (!key) return;
  on[key] = e.target.checked ? 1 : 0;
  if (G[key] && key !== 'service' && key !== 'names') { if (on[key]) G[key].addTo(map); else map.removeLayer(G[key]); }
  drawLegend(); drawPeople(); drawSites(); drawNames(); drawService();
  var again = document.querySelector('[data-layer="' + key + '"]'); if (again) again.focus();
}
function onSearchKey(e) {
  var b = all('#hits button'), k = b.indexOf(document.activeElement);
  if (e.key === 'ArrowDown' && b.length) { e.preventDefault(); b[Math.min(k + 1, b.length - 1)].focus(); }
  else if (e.key === 'ArrowUp' && k >= 0) { e.preventDefault(); (k ? b[k - 1] : $('q')).focus(); }
  else if (e.key === 'Enter' && k < 0 && b.length) { e.preventDefault(); b[0].click(); }
}
function pointAt(e) { var b = e.target.closest && e.target.closest('#still button[data-point]'); return b ? +b.getAttribute('data-point') : -1; }

function start() {
  if (!D.urban) { document.body.classList.add('no-urban'); $('views').hidden = true; $('inset').hidden = true; }
  if (!hasMap) { document.body.classList.add('no-map'); $('tables').hidden = false; }
  else { fit(); view('all'); map.on('click', hide); map.on('zoomend', redraw); }
  readHash(); drawAll(); if (hasMap) zoomClass();
  document.addEventListener('click', onClick);
  document.addEventListener('change', onLayer);
  document.addEventListener('keydown', function (e) { if (e.key === 'Escape') { hide(); fill($('hits')); if (state.sheet) sheet(false); } });
  $('stop').addEventListener('input', function () { setStop(+this.value); });
  $('q').addEventListener('input', drawHits);
  document.querySelector('.search').addEventListener('keydown', onSearchKey);
  $('still').addEventListener('mouseover', function (e) { var i = pointAt(e); if (i >= 0 && hasMap && !state.chosen) { G.spider.clearLayers(); ring(at[i]); } });
  $('still').addEventListener('mouseout', function () { if (hasMap && !state.chosen) G.spider.clearLayers(); });
  window.addEventListener('resize', function () { if (hasMap && !state.sheet) fit(); });
  window.addEventListener('hashchange', function () { state.chosen = null; readHash(); drawAll(); });
  window.addEventListener('beforeprint', function () { sheet(true); });
  window.addEventListener('afterprint', function () { sheet(false); });
  $('print').addEventListener('click', function () { sheet(true); setTimeout(function () { window.print(); }, 120); });
  if (/[#&]sheet=1/.test(location.hash)) sheet(true);
  saving = true;
}
start();
