/* Where nothing has coordinates the page is a list: facilities and settlements as tables in place of the map. */
var ROWS = 500;
/* heads: [text, is a number] */
function table(heads, rows) {
  function cell(tag, text, k) { return el(tag, { 'class': heads[k][1] ? 'n' : '' }, text); }
  return el('table', {},
    el('thead', {}, el('tr', {}, heads.map(function (head, k) { return cell('th', head[0], k); }))),
    el('tbody', {}, rows.map(function (row) {
      return el('tr', {}, row.map(function (text, k) { return cell('td', text, k); }));
    })));
}
function siteTable() {
  var heads = [[T('map.table.name')], [T('map.kind')], [T('map.action')], [T('map.assigned'), 1], [T('map.mean'), 1],
    [T('map.lost'), 1]];
  var drawn = S.id.map(function (id, j) { return j; }).filter(function (j) { return siteState(j) !== 'n'; });
  return table(heads, drawn.slice(0, ROWS).map(function (j) {
    return [siteName(j), tierName(S.tier[j]), T('map.site.' + siteState(j)), count(S.people_assigned[j]),
      fixed(S.mean_minutes[j], 1), count(S.people_lost_without[j])];
  }));
}
function pointTable() {
  var heads = [[T('map.table.name')], [T('map.zone')], [T('map.residents'), 1], [T('map.status')], [T('map.minutes'), 1],
    [T(isPlan() ? 'map.nearest_plan' : 'map.nearest_now')]];
  var others = P.id.map(function (id, i) { return i; }).filter(function (i) { return !unmet(pointState(i)); });
  return table(heads, uncovered().concat(others).slice(0, ROWS).map(function (i) {
    return [pointName(i), zoneName(P.zone[i]), count(P.people[i]), stateName(pointState(i)), fixed(stop().minutes[i], 1),
      siteLabel(stop().nearest[i])];
  }));
}
function drawTables() {
  if (hasMap) return;
  fill($('tables'),
    el('p', { 'class': 'lead' }, T('map.no_coordinates')),
    el('h2', {}, T('map.sites')), siteTable(),
    el('h2', {}, T('map.people')), pointTable(),
    Math.max(NP, NS) > ROWS ? el('p', { 'class': 'foot' }, T('map.first_rows', { n: ROWS })) : null);
}
