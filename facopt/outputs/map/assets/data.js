/* The payload as objects: coordinates decoded, links indexed. */
var UNIT = 1e-5;
function decode(steps) {
  var line = [], x = 0, y = 0, k;
  for (k = 0; k < steps.length; k += 2) { x += steps[k]; y += steps[k + 1]; line.push([y * UNIT, x * UNIT]); }
  return line;
}
function decodeAll(list) { return list.map(decode); }
function place(column, i) { return column[2 * i] === null ? null : [column[2 * i + 1] * UNIT, column[2 * i] * UNIT]; }

var P = D.points, S = D.sites, STOPS = D.stops, NP = P.id.length, NS = S.id.length;
var at = P.id.map(function (x, i) { return place(P.lonlat, i); }), siteAt = S.id.map(function (x, j) { return place(S.lonlat, j); });
var ORDER = ['c', 'n', 'l', 'u', 'x'];
var bySite = [], byPoint = {}, routeOf = {};
D.assignment.site.forEach(function (s, k) { (bySite[s] = bySite[s] || []).push(k); var p = D.assignment.point[k]; (byPoint[p] = byPoint[p] || []).push(k); });
D.routes.forEach(function (r) { routeOf[r[0] + ' ' + r[1]] = r[2]; });

var state = { stop: STOPS.length - 1, by: 'cover', view: 'all', chosen: null, sheet: false };
var on = { c: 1, n: 1, l: 1, u: 1, x: 1, k: 1, e: 1, b: 1, d: 1, cand: 0, hospital: 1, context: 1, names: 1, zones: 1, roads: 1, water: 1, service: 0 };
function stop() { return STOPS[state.stop]; }
function isPlan() { return stop().key !== 'now'; }
function pointName(i) { return P.name[i] || P.id[i] || T('map.unnamed'); }
function siteName(j) { return S.name[j] || S.id[j] || T('map.unnamed'); }
function zoneName(k) { return k < 0 ? '' : D.zones[k].name; }
function tierName(k) { return k < 0 ? '' : both(D.tiers[k].name) || D.tiers[k].key; }
function className(letter) { var key = { u: 'urban', t: 'town', r: 'rural' }[letter]; return key ? T('area_class.' + key) : ''; }
/* what is drawn of a site at this stop: k, e, b, d, n (candidate) or '-' (nothing) */
function siteState(j) { var s = stop().sites.charAt(j); return s === '-' ? 'n' : s; }
function siteSymbol(j) { return 's' + Math.max(S.tier[j], 0) + '-' + siteState(j); }
function pointState(i) { return stop().states.charAt(i); }
function bandOf(m) { var k = 0, e = D.bands.edges; if (m === null) return e.length + 1; while (k < e.length && m > e[k]) k++; return k; }
function isHospital(kind) { return /hospital|\u533b\u9662/i.test(kind); }
