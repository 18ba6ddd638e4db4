/* The payload as the page uses it: coordinates decoded, links indexed, names looked up; and the state of the page. */
var UNIT = 1e-5, P = D.points, S = D.sites, STOPS = D.stops, NP = P.id.length, NS = S.id.length;
var ORDER = ['c', 'n', 'l', 'u', 'x'];

/* steps lon, lat to [lat, lon] in degrees, the order Leaflet takes */
function decode(steps) {
  var line = [], x = 0, y = 0;
  for (var k = 0; k < steps.length; k += 2) {
    x += steps[k];
    y += steps[k + 1];
    line.push([y * UNIT, x * UNIT]);
  }
  return line;
}
function decodeAll(list) { return list.map(decode); }
function placesOf(column) {
  var places = [];
  for (var k = 0; k < column.length; k += 2) places.push(column[k] === null ? null : [column[k + 1] * UNIT, column[k] * UNIT]);
  return places;
}
var at = placesOf(P.lonlat), siteAt = placesOf(S.lonlat);

/* rows of the assignment by site and by point; ways along the road by both */
function rowsBy(column) {
  var rows = {};
  column.forEach(function (value, k) { (rows[value] = rows[value] || []).push(k); });
  return rows;
}
var bySite = rowsBy(D.assignment.site), byPoint = rowsBy(D.assignment.point), routeOf = {};
D.routes.forEach(function (route) { routeOf[route[0] + ' ' + route[1]] = route[2]; });

/* the page opens at the last stop; layers are on but for those that are many */
var state = { stop: STOPS.length - 1, by: 'cover', tier: -1, view: 'all', chosen: null, sheet: false };
var on = {
  c: 1, n: 1, l: 1, u: 1, x: 1, k: 1, e: 1, b: 1, d: 1, ext: 1, r: 1, v: 1, m: 1, referral: 0, cand: 0, hospital: 1, context: 1,
  names: 1, zones: 1, roads: 1, water: 1, excluded: 1, inset: 1, service: 0, base: 0
};
/* t0, t1 … are the tiers, m0, m1 … the time bands */
D.tiers.forEach(function (tier, k) { on['t' + k] = 1; });
D.bands.colours.forEach(function (colour, k) { on['m' + k] = 1; });
function stop() { return STOPS[state.stop]; }
function isPlan() { return stop().key !== 'now'; }
/* the last stop, which the assignment belongs to */
function isLast() { return isPlan() && state.stop === STOPS.length - 1; }
/* people of a settlement at this stop; those of them who are covered; those who are not */
function residentsOf(i) { return stop().weights ? stop().weights[i] : P.people[i]; }
function coveredOf(i) {
  var part = stop().partly && stop().partly[i];
  return part !== undefined && part !== null ? part : 'cn'.indexOf(pointState(i)) >= 0 ? residentsOf(i) : 0;
}
function leftOf(i) { return residentsOf(i) - coveredOf(i); }

/* names: the English one in English where there is one */
function nameOf(table, i) {
  var name = (lang === 'en' && table.name_en && table.name_en[i]) || table.name[i] || table.id[i];
  return name ? straight(name) : T('map.unnamed');
}
function pointName(i) { return nameOf(P, i); }
function siteName(j) { return nameOf(S, j); }
function zoneName(k) { return k < 0 ? '' : both(D.zones[k].name); }
/* all that a search may find a row of a table by */
function searched(table, i) { return [table.name[i], table.name_en ? table.name_en[i] : '', table.id[i]]; }
function kindName(kind) { return D.words['kind.' + kind] ? T('kind.' + kind) : kind.replace(/_/g, ' '); }
function tierName(k) { return k < 0 ? '' : both(D.tiers[k].name) || D.tiers[k].key; }
function className(letter) {
  var key = { u: 'urban', t: 'town', r: 'rural' }[letter];
  return key ? T('area_class.' + key) : '';
}
/* of a settlement at this stop: c covered, n newly, l loses cover, u uncovered, x unreachable */
function pointState(i) { return stop().states.charAt(i); }
/* states and people that map and legend show: of all tiers together, or of one on its own; - where it serves nobody */
function shownCover() { return state.tier < 0 ? stop() : stop().tiers[state.tier]; }
/* of a site at this stop: e existing, k kept, b built, x extended, r refurbished, d closed, v relocated, m merged, n a
   candidate that is not used; and the layer it belongs to */
function siteState(j) { return stop().sites.charAt(j).replace('-', 'n'); }
function isOpen(letter) { return 'ekbxr'.indexOf(letter) >= 0; }
function layerOf(letter) { return letter === 'n' ? 'cand' : letter === 'x' ? 'ext' : letter; }
/* sites at one and the same place, such as a service inside another; they stand side by side */
var together = (function () {
  var groups = {}, found = {};
  S.id.forEach(function (id, j) {
    if (siteAt[j]) (groups[siteAt[j]] = groups[siteAt[j]] || []).push(j);
  });
  for (var place in groups) if (groups[place].length > 1) groups[place].forEach(function (j) { found[j] = groups[place]; });
  return found;
})();
function siteSymbol(j) { return 's' + Math.max(S.tier[j], 0) + '-' + siteState(j); }
/* index of the time band, the end of a band included; one more than the last where no facility is in reach */
function bandOf(time) {
  var edges = D.bands.edges, k = 0;
  if (time === null) return edges.length + 1;
  while (k < edges.length && time > edges[k]) k++;
  return k;
}
function isHospital(kind) { return /hospital|\u533b\u9662/i.test(kind); }
