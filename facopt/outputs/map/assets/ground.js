/* Land, zones, water, roads; on the main map and once more in the inset. */
var hasMap = D.view !== null, MANY_VERTICES = 40000;
var PANES = ['ground', 'water', 'roads', 'lines', 'people'];
var z0 = 10;

function vertices(lists) { return lists.reduce(function (n, line) { return n + line.length; }, 0); }
function setUp(m, heavy) {
  var renderers = {};
  PANES.forEach(function (name, k) {
    var pane = m.createPane(name); pane.style.zIndex = 300 + 20 * k;
    if (name !== 'people') pane.style.pointerEvents = 'none';
    renderers[name] = heavy[name] ? L.canvas({ pane: name, padding: 0.3, tolerance: 3 }) : L.svg({ pane: name, padding: 0.4 });
  });
  return renderers;
}
function drawer(m, renderers) {
  function options(pane, o) { o.pane = pane; o.renderer = renderers[pane]; o.interactive = false; return o; }
  return {
    area: function (pane, rings, o) { return L.polygon(rings, options(pane, o)); },
    line: function (pane, line, o) { o.fill = false; return L.polyline(line, options(pane, o)); }
  };
}
var land = { boundary: D.ground.boundary.map(decodeAll), zones: D.zones.map(function (z) { return z.rings.map(decodeAll); }),
  water: D.ground.water.map(decodeAll), rivers: decodeAll(D.ground.rivers), roads: {} };
['main', 'minor', 'lane'].forEach(function (level) { land.roads[level] = decodeAll(D.ground.roads[level] || []); });
var allZones = Array.prototype.concat.apply([], land.zones), roadVertices = vertices(land.roads.main) + vertices(land.roads.minor) + vertices(land.roads.lane);
var hasBoundary = land.boundary.length > 0, hasZones = allZones.length > 0, hasRoads = roadVertices > 0, hasWater = land.water.length + land.rivers.length > 0;
var heavy = { people: NP > 5000, lines: false, roads: roadVertices > MANY_VERTICES };

function groundLayers(draw, wide) {
  var G = { land: L.layerGroup(), zones: L.layerGroup(), water: L.layerGroup(), roads: L.layerGroup() };
  var ground = hasBoundary ? land.boundary : allZones;
  if (ground.length) G.land.addLayer(draw.area('ground', ground, { stroke: !hasBoundary, weight: 0.5, color: '#FBFBF8', fillColor: '#FBFBF8', fillOpacity: 1 }));
  if (hasZones) G.zones.addLayer(draw.area('ground', allZones, { fill: false, color: '#98A3AD', weight: 0.9, dashArray: '5 2.5 1 2.5' }));
  if (hasBoundary) G.zones.addLayer(draw.area('ground', land.boundary, { fill: false, color: '#4A5764', weight: 1.8 }));
  if (land.water.length) G.water.addLayer(draw.area('water', land.water, { color: '#9CC0D3', weight: 0.8, fillColor: '#CBDFEA', fillOpacity: 1 }));
  if (land.rivers.length) G.water.addLayer(draw.line('water', land.rivers, { color: '#BBD5E3', weight: 4.5 * wide }));
  [['lane', '#EAE4D9', 0.9], ['minor', '#DCD3C3', 1.3], ['main', '#C9BCA6', 2.6], ['main', '#FFFDF8', 1.2]].forEach(function (r, k) {
    if (land.roads[r[0]].length && !(wide > 1 && k === 3)) G.roads.addLayer(draw.line('roads', land.roads[r[0]], { color: r[1], weight: r[2] * (k < 3 ? wide : 1), smoothFactor: heavy.roads ? 2 : 1 }));
  });
  return G;
}

var renderers = hasMap ? setUp(map, heavy) : null, draw = hasMap ? drawer(map, renderers) : null, G = hasMap ? groundLayers(draw, 1) : {};
var mini = null, miniRenderers = null;
if (hasMap) {
  if (!hasBoundary && !hasZones) document.body.classList.add('all-land');
  ['land', 'zones', 'water', 'roads'].forEach(function (name) { G[name].addTo(map); });
  G.service = L.layerGroup(); G.names = L.layerGroup().addTo(map); G.spider = L.layerGroup().addTo(map);
  L.control.zoom({ position: 'topright' }).addTo(map);
  L.control.scale({ imperial: false, position: 'bottomleft', maxWidth: 140 }).addTo(map);
}
if (D.urban) {
  mini = L.map('insetmap', { zoomControl: false, attributionControl: false, zoomSnap: 0.05, dragging: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, keyboard: false, touchZoom: false, tap: false, fadeAnimation: false, zoomAnimation: false });
  mini.setView(map.getCenter(), 9);
  miniRenderers = setUp(mini, heavy);
  var M = groundLayers(drawer(mini, miniRenderers), 1.25);
  ['land', 'zones', 'water', 'roads'].forEach(function (name) { M[name].addTo(mini); });
  L.rectangle(D.urban, { pane: 'ground', renderer: renderers.ground, interactive: false, fill: false, color: '#4A5764', weight: 1.2, className: 'ubox' }).addTo(map);
}
