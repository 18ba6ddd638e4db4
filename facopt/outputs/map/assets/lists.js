/* The list of people still without cover, and the search. */
var LISTED = 5, CHUNK = 50, HITS = 8, listed = LISTED, sheetListed = HITS;

/* settlements without cover at this stop, largest first */
function uncovered() {
  var found = [];
  for (var i = 0; i < NP; i++) if (unmet(pointState(i)) && leftOf(i) > 0) found.push(i);
  return found.sort(function (a, b) { return leftOf(b) - leftOf(a) || a - b; });
}
function pointButton(i) {
  var name = shortened(pointName(i), 60), zone = shortened(zoneName(P.zone[i]), 24);
  return el('button', { type: 'button', 'data-point': i },
    symbol('p-' + pointState(i)),
    el('span', { 'class': 'clip' }, name, ' ', el('small', {}, zone)),
    el('span', { 'class': 'n' }, people(unmet(pointState(i)) ? leftOf(i) : residentsOf(i))));
}
function drawStill() {
  var found = uncovered(), sums = stop().people, most = state.sheet ? sheetListed : listed, left = found.length - most;
  var total = sums.u + sums.x + sums.l, list = $('still');
  $('stillt').textContent = T(isPlan() ? 'map.still' : 'map.still.now');
  fill($('stilln'), el('span', { 'data-figure': 'people_uncovered', 'data-value': total }, found.length ? people(total) : ''));
  fill(list, found.slice(0, most).map(function (i) { return el('li', {}, pointButton(i)); }));
  if (!found.length) add(list, el('li', { 'class': 'plain' }, T('map.all_covered')));
  if (left > 0) add(list, el('li', { 'class': 'plain' }, state.sheet ? T('map.more', { n: count(left) }) : moreButton(left)));
}
function moreButton(left) {
  return el('button', { type: 'button', 'class': 'link', 'data-more': 1 }, T('map.show_all', { n: count(left) }));
}

/* at most eight hits: zones, then facilities, then settlements */
function search(wanted) {
  var hits = [];
  function look(length, textOf, button) {
    for (var k = 0; k < length && hits.length < HITS; k++) {
      if (textOf(k).toLowerCase().indexOf(wanted) >= 0) hits.push(button(k));
    }
  }
  look(D.zones.length, function (k) { return D.zones[k].name.concat(D.zones[k].key).join(' '); }, zoneButton);
  look(NS, siteText, siteButton);
  look(NP, function (i) { return searched(P, i).join(' '); }, pointButton);
  return hits;
}
function siteText(j) { return searched(S, j).concat(S.tier[j] < 0 ? [] : D.tiers[S.tier[j]].name).join(' '); }
function zoneButton(k) {
  return el('button', { type: 'button', 'data-zone': k },
    el('span', {}),
    el('span', { 'class': 'clip' }, shortened(zoneName(k), 60)),
    el('small', {}, D.zones[k].share ? people(D.zones[k].share.people) : ''));
}
function siteButton(j) {
  return el('button', { type: 'button', 'data-j': j },
    symbol(siteSymbol(j), 15),
    el('span', { 'class': 'clip' }, shortened(siteName(j), 60)),
    el('small', {}, T('map.site.' + siteState(j))));
}
function drawHits() {
  var wanted = $('q').value.trim().toLowerCase(), hits = wanted ? search(wanted) : [];
  fill($('hits'), hits.map(function (hit) { return el('li', {}, hit); }));
  if (wanted && !hits.length) add($('hits'), el('li', { 'class': 'plain' }, T('map.nohit')));
}
function onSearchKey(e) {
  var buttons = all('#hits button'), k = buttons.indexOf(document.activeElement);
  if (!buttons.length) return;
  if (e.key === 'ArrowDown') buttons[Math.min(k + 1, buttons.length - 1)].focus();
  else if (e.key === 'ArrowUp' && k >= 0) (k ? buttons[k - 1] : $('q')).focus();
  else if (e.key === 'Enter' && k < 0) buttons[0].click();
  else return;
  e.preventDefault();
}
