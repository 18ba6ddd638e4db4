/* Where nothing has coordinates the page is a list: the facilities and the settlements as tables instead of the map. */
var ROWS = 500;
function table(heads, rows) {
  return el('table', {}, el('thead', {}, el('tr', {}, heads.map(function (h, k) { return el('th', { 'class': h[1] ? 'n' : '', scope: 'col' }, h[0]); }))),
    el('tbody', {}, rows.map(function (r) { return el('tr', {}, r.map(function (c, k) { return el('td', { 'class': heads[k][1] ? 'n' : '' }, c); })); })));
}
function drawTables() {
  if (hasMap) return;
  var j, sites = [], points = uncovered(), seen = {};
  for (j = 0; j < NS; j++) if (siteState(j) !== 'n') sites.push(j);
  points.forEach(function (i) { seen[i] = 1; });
  for (j = 0; j < NP && points.length < ROWS; j++) if (!seen[j]) points.push(j);
  fill($('tables'), el('p', { 'class': 'lead' }, T('map.no_coordinates')), el('h2', {}, T('map.sites')),
    table([[T('map.table.name')], [T('map.kind')], [T('map.action')], [T('map.assigned'), 1], [T('map.mean'), 1], [T('map.lost'), 1]], sites.slice(0, ROWS).map(function (j) {
      return [siteName(j), tierName(S.tier[j]), T('map.site.' + siteState(j)), count(S.people_assigned[j]), fixed(S.mean_minutes[j], 1), count(S.people_lost_without[j])];
    })), el('h2', {}, T('map.people')),
    table([[T('map.table.name')], [T('map.zone')], [T('map.residents'), 1], [T('map.status')], [T('map.minutes'), 1], [T('map.nearest_plan')]], points.slice(0, ROWS).map(function (i) {
      var s = pointState(i);
      return [pointName(i), zoneName(P.zone[i]), count(P.people[i]), T(s === 'x' ? 'map.state.x.short' : 'map.state.' + s), fixed(stop().minutes[i], 1), nearestName(stop().nearest[i])];
    })), NP > ROWS ? el('p', { 'class': 'foot' }, T('map.first_rows', { n: ROWS })) : null);
}
