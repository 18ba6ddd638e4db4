/* The list of people still without cover, and the search. */
var LISTED = 5, CHUNK = 50, listed = LISTED, sheetListed = 8;
function uncovered() {
  var found = [], i;
  for (i = 0; i < NP; i++) if ('lux'.indexOf(pointState(i)) >= 0 && P.people[i] > 0) found.push(i);
  return found.sort(function (a, b) { return P.people[b] - P.people[a] || a - b; });
}
function pointButton(i) {
  return el('button', { type: 'button', 'data-point': i }, symbol('p-' + pointState(i)), el('span', { 'class': 'clip' }, shortened(pointName(i), 60), ' ', el('small', {}, shortened(zoneName(P.zone[i]), 24))), el('span', { 'class': 'n' }, people(P.people[i])));
}
function drawStill() {
  var found = uncovered(), sums = stop().people, most = state.sheet ? sheetListed : listed;
  $('stillt').textContent = T(isPlan() ? 'map.still' : 'map.still.now');
  fill($('stilln'), found.length ? el('span', { 'data-figure': 'people_uncovered', 'data-value': sums.u + sums.x + sums.l }, people(sums.u + sums.x + sums.l)) : null);
  fill($('still'), found.slice(0, most).map(function (i) { return el('li', {}, pointButton(i)); }));
  if (!found.length) add($('still'), el('li', { 'class': 'plain' }, T('map.all_covered')));
  else if (found.length > most) add($('still'), el('li', { 'class': 'plain' }, state.sheet ? T('map.more', { n: count(found.length - most) }) : el('button', { type: 'button', 'class': 'link', 'data-more': 1 }, T('map.show_all', { n: count(found.length - most) }))));
}
function holds(text, v) { return text.toLowerCase().indexOf(v) >= 0; }
/* at most eight hits: zones, then facilities, then settlements */
function search(v) {
  var hits = [], j, k;
  for (k = 0; k < D.zones.length && hits.length < 8; k++) if (holds(D.zones[k].name + ' ' + D.zones[k].key, v)) hits.push(el('button', { type: 'button', 'data-zone': k }, el('span', {}), el('span', { 'class': 'clip' }, shortened(D.zones[k].name, 60)), el('small', {}, D.zones[k].share ? people(D.zones[k].share.people) : '')));
  for (j = 0; j < NS && hits.length < 8; j++) if (holds(S.name[j] + ' ' + S.id[j] + ' ' + (S.tier[j] < 0 ? '' : D.tiers[S.tier[j]].name.join(' ')), v)) hits.push(el('button', { type: 'button', 'data-j': j }, symbol(siteSymbol(j), 15), el('span', { 'class': 'clip' }, shortened(siteName(j), 60)), el('small', {}, T('map.site.' + siteState(j)))));
  for (j = 0; j < NP && hits.length < 8; j++) if (holds(P.name[j] + ' ' + P.id[j], v)) hits.push(pointButton(j));
  return hits;
}
function drawHits() {
  var v = $('q').value.trim().toLowerCase(), hits = v ? search(v) : [];
  fill($('hits'), hits.map(function (h) { return el('li', {}, h); }));
  if (v && !hits.length) add($('hits'), el('li', { 'class': 'plain' }, T('map.nohit')));
}
