/* Settlements: one mark each, or, where they are many and small on the screen, one for neighbours in the same state. */
var LOOK = {
  c: { fillColor: '#A9C4D9', color: '#6A8DA8', weight: 0.8, fill: true },
  n: { fillColor: '#2A9D8F', color: '#0E6A60', weight: 0.8, fill: true },
  u: { fillColor: '#B03F00', color: '#fff', weight: 0.7, fill: true },
  l: { fillColor: '#fff', color: '#B03F00', weight: 1.8, fill: true },
  x: { color: '#2B1B2E', weight: 2.4, fill: false }
};
/* smallest radius of what must not be overlooked, on paper and in grey too; of a band, so that its colour is seen */
var LEAST = { n: 2.8, u: 3.8, l: 3.8, band: 3 };
var RANK = { c: 0, n: 1, l: 2, u: 3, x: 4 }, CELL = 7, GROUPED_BELOW = 1.6, LARGEST = 14;
/* settlements are drawn smaller where there are many of them */
var crowd = NP > 5000 ? 0.7 : NP > 1500 ? 0.85 : NP < 60 ? 1.6 : 1;

/* zoom levels beyond the one that shows the whole area; the inset counts as somewhat closer */
function relative(m) { return m === mini ? m.getZoom() - z0 - 1.4 : m.getZoom() - z0; }
function scale(m) { return Math.min(2.4, Math.max(0.8, Math.pow(1.42, relative(m)))); }
function grouped(m) { return heavy.people && (m === mini || relative(m) < GROUPED_BELOW); }

/* what a settlement looks like: a state letter, or the index of a time band; x also where no facility is in reach */
function lookOf(i) {
  if (state.by === 'cover') return shownCover().states.charAt(i);
  var band = bandOf(stop().minutes[i]);
  return band > D.bands.edges.length ? 'x' : band;
}
function rank(look) { return typeof look === 'number' ? look - 10 : RANK[look]; }
/* [{members, at, people, look}] of the settlements to draw on a map, the important ones last and so on top */
function marksOf(m) {
  var marks = [], cells = {}, join_ = grouped(m);
  for (var i = 0; i < NP; i++) {
    var look = lookOf(i), hidden = look === '-' || (typeof look === 'string' ? !on[look] : !on['m' + look]);
    if (!at[i] || hidden) continue;
    if (join_) collect(m, i, look, cells, marks);
    else marks.push({ members: [i], at: at[i], people: residentsOf(i), look: look });
  }
  if (join_) marks.forEach(function (mark) { mark.at = [mark.y / mark.weight, mark.x / mark.weight]; });
  return marks.sort(function (a, b) { return rank(a.look) - rank(b.look) || b.people - a.people; });
}
function collect(m, i, look, cells, marks) {
  var p = map.project(at[i], m.getZoom()), key = Math.floor(p.x / CELL) + ' ' + Math.floor(p.y / CELL) + ' ' + look;
  var mark = cells[key], weight = residentsOf(i) + 1e-6;
  if (!mark) {
    mark = cells[key] = { members: [], x: 0, y: 0, people: 0, weight: 0, look: look };
    marks.push(mark);
  }
  mark.members.push(i);
  mark.x += weight * at[i][1];
  mark.y += weight * at[i][0];
  mark.weight += weight;
  mark.people += residentsOf(i);
}
function radiusOf(mark, k) {
  if (mark.look === 'x') return Math.max(3.2 * k, heavy.people ? 1.8 : 2.6);
  var least = typeof mark.look === 'number' ? LEAST.band : LEAST[mark.look] || 1.9;
  return Math.min(LARGEST, Math.max(least, Math.sqrt(mark.people) / (mark.look === 'u' ? 19 : 24))) * k;
}
function styleOf(mark, m) {
  var band = typeof mark.look === 'number';
  var look = band ? { fillColor: D.bands.colours[mark.look], color: '#4A6070', weight: 0.7, fill: true } : LOOK[mark.look];
  var style = { radius: radiusOf(mark, scale(m) * crowd * (state.sheet ? 1.2 : 1)), shape: band ? 'c' : mark.look, fillOpacity: 1, opacity: 1 };
  for (var key in look) style[key] = look[key];
  if (heavy.people && mark.look === 'x') style.weight = 1.5;
  return style;
}

function peopleLayer(m, renderer) {
  var layer = L.layerGroup().addTo(m);
  layer.draw = function () {
    layer.clearLayers();
    marksOf(m).forEach(function (mark) {
      var style = styleOf(mark, m);
      style.pane = 'people';
      style.renderer = renderer;
      style.bubblingMouseEvents = false;
      var shape = new Shape(mark.at, style);
      shape.on('click', function () { if (mark.members.length > 1) closer(mark); else choose('point', mark.members[0]); });
      if (m === map) shape.bindTooltip(function () { return tip(mark); }, { direction: 'top', offset: [0, -4] });
      layer.addLayer(shape);
    });
  };
  return layer;
}
function tip(mark) {
  var i = mark.members[0], several = mark.members.length > 1;
  return el('span', {}, join(several ?
    [T('map.group', { n: count(mark.members.length) }), people(mark.people)] :
    [shortened(pointName(i), 30), shortened(zoneName(P.zone[i]), 20), people(residentsOf(i))]));
}
function closer(mark) {
  var box = L.latLngBounds(mark.members.map(function (i) { return at[i]; })).pad(0.5);
  map.fitBounds(box, { maxZoom: Math.max(map.getZoom() + 1.5, z0 + GROUPED_BELOW), animate: false });
}
var peopleLayers = hasMap ? [peopleLayer(map, renderers.people)] : [];
if (mini) peopleLayers.push(peopleLayer(mini, miniRenderers.people));
function drawPeople() { peopleLayers.forEach(function (layer) { layer.draw(); }); }
