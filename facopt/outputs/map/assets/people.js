/* Settlements: one mark each, or, where they are many and small on the screen, one mark for neighbours in the same state. */
var LOOK = { c: { fillColor: '#A9C4D9', color: '#6A8DA8', weight: 0.8, fill: true }, n: { fillColor: '#2A9D8F', color: '#0E6A60', weight: 0.8, fill: true },
  u: { fillColor: '#B03F00', color: '#fff', weight: 0.7, fill: true }, l: { fillColor: '#fff', color: '#B03F00', weight: 1.8, fill: true },
  x: { color: '#2B1B2E', weight: 2.4, fill: false } };
var RANK = { c: 0, n: 1, l: 2, u: 3, x: 4 }, CELL = 7, GROUPED_BELOW = 1.6;
/* settlements are drawn smaller where there are many of them */
var crowd = NP > 5000 ? 0.7 : NP > 1500 ? 0.85 : NP < 60 ? 1.6 : 1;

function relative(m) { return m.getZoom() - (m === mini ? miniBase() : z0); }
function miniBase() { return z0 + 1.4; }
function scale(m) { return Math.min(2.4, Math.max(0.8, Math.pow(1.42, relative(m)))); }
function grouped(m) { return heavy.people && (m === mini || relative(m) < GROUPED_BELOW); }

/* [{members, at, people, look}] of the settlements to draw on a map; look is a state letter, or the index of a time band */
function marksOf(m) {
  var marks = [], cells = {}, join = grouped(m), i, look, s;
  for (i = 0; i < NP; i++) {
    if (!at[i]) continue;
    s = pointState(i); look = lookOf(i, s);
    if (state.by === 'cover' ? !on[s] : look === 'x' && !on.x) continue;
    if (!join) { marks.push({ members: [i], at: at[i], people: P.people[i], look: look }); continue; }
    var p = map.project(at[i], map.getZoom()), key = Math.floor(p.x / CELL) + ' ' + Math.floor(p.y / CELL) + ' ' + look, g = cells[key];
    if (!g) { g = cells[key] = { members: [], x: 0, y: 0, people: 0, weight: 0, look: look }; marks.push(g); }
    var w = P.people[i] + 1e-6;
    g.members.push(i); g.x += w * at[i][1]; g.y += w * at[i][0]; g.weight += w; g.people += P.people[i];
  }
  if (join) marks.forEach(function (g) { g.at = [g.y / g.weight, g.x / g.weight]; });
  return marks.sort(function (a, b) { return rank(a.look) - rank(b.look) || b.people - a.people; });
}
function rank(look) { return typeof look === 'number' ? look - 10 : RANK[look]; }
function lookOf(i, s) { if (state.by === 'cover') return s; var b = bandOf(stop().minutes[i]); return b > D.bands.edges.length ? 'x' : b; }
function styleOf(mark, m) {
  var k = scale(m) * crowd, coverage = typeof mark.look !== 'number', small = coverage && RANK[mark.look] > 1 ? 2.6 : 1.9, o, key;
  var r = Math.min(14, Math.max(small, Math.sqrt(mark.people) / (mark.look === 'u' ? 19 : 24))) * k;
  o = { radius: mark.look === 'x' ? Math.max(3.2 * k, heavy.people ? 1.8 : 2.6) : r, shape: coverage ? mark.look : 'c', fillOpacity: 1, opacity: 1 };
  var look = coverage ? LOOK[mark.look] : { fillColor: D.bands.colours[mark.look], color: '#4A6070', weight: 0.7, fill: true };
  for (key in look) o[key] = look[key];
  if (heavy.people && mark.look === 'x') o.weight = 1.5;
  return o;
}
function peopleLayer(m, rs) {
  var layer = L.layerGroup().addTo(m);
  layer.draw = function () {
    layer.clearLayers();
    marksOf(m).forEach(function (mark) {
      var o = styleOf(mark, m);
      o.pane = 'people'; o.renderer = rs.people; o.bubblingMouseEvents = false;
      var shape = new Shape(mark.at, o);
      shape.on('click', function () { if (mark.members.length > 1) closer(mark); else choose('point', mark.members[0]); });
      if (m === map) shape.bindTooltip(function () { return el('span', {}, tip(mark)); }, { direction: 'top', offset: [0, -4] });
      layer.addLayer(shape);
    });
  };
  return layer;
}
function tip(mark) {
  var i = mark.members[0];
  if (mark.members.length > 1) return join([T('map.group', { n: count(mark.members.length) }), people(mark.people)]);
  return join([shortened(pointName(i), 30), shortened(zoneName(P.zone[i]), 20), people(P.people[i])]);
}
function closer(mark) { map.fitBounds(L.latLngBounds(mark.members.map(function (i) { return at[i]; })).pad(0.5), { maxZoom: Math.max(map.getZoom() + 1.5, z0 + GROUPED_BELOW), animate: false }); }
var peopleOn = hasMap ? peopleLayer(map, renderers) : null, peopleIn = mini ? peopleLayer(mini, miniRenderers) : null;
function drawPeople() { if (peopleOn) peopleOn.draw(); if (peopleIn) peopleIn.draw(); }
