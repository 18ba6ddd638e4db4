/* Land, zones, water, roads: on the main map, and once more in the inset. */
var hasMap = D.view !== null, PANES = ['ground', 'water', 'roads', 'lines', 'people'], MANY_VERTICES = 40000;
var ROADS = [['lane', '#EAE4D9', 0.9], ['minor', '#DCD3C3', 1.3], ['main', '#C9BCA6', 2.6]];
/* zoom at which the whole area fills the map; sizes and thresholds count from it */
var z0 = 10;

function vertices(lines) { return lines.reduce(function (n, line) { return n + line.length; }, 0); }
var land = {
  boundary: D.ground.boundary.map(decodeAll),
  zones: D.zones.map(function (zone) { return zone.rings.map(decodeAll); }),
  water: D.ground.water.map(decodeAll),
  rivers: decodeAll(D.ground.rivers),
  excluded: D.ground.excluded.map(decodeAll),
  roads: {}
};
var roadVertices = 0;
ROADS.forEach(function (kind) {
  land.roads[kind[0]] = decodeAll(D.ground.roads[kind[0]] || []);
  roadVertices += vertices(land.roads[kind[0]]);
});
var allZones = Array.prototype.concat.apply([], land.zones);
var hasBoundary = land.boundary.length > 0, hasZones = allZones.length > 0, hasRoads = roadVertices > 0;
var hasWater = land.water.length + land.rivers.length > 0;
/* what is too much for SVG is drawn on a canvas */
var heavy = { people: NP > 5000, roads: roadVertices > MANY_VERTICES };

function panesOf(m) {
  var found = {};
  PANES.forEach(function (name, k) {
    var pane = m.createPane(name);
    pane.style.zIndex = 300 + 20 * k;
    if (name !== 'people') pane.style.pointerEvents = 'none';
    found[name] = heavy[name] ? L.canvas({ pane: name, padding: 0.3, tolerance: 3 }) : L.svg({ pane: name, padding: 0.4 });
  });
  return found;
}
function drawerOf(found) {
  function placed(pane, look) {
    look.pane = pane;
    look.renderer = found[pane];
    look.interactive = false;
    return look;
  }
  return {
    area: function (pane, rings, look) { return L.polygon(rings, placed(pane, look)); },
    line: function (pane, lines, look) { look.fill = false; return L.polyline(lines, placed(pane, look)); }
  };
}

function landLayer(draw) {
  var ground = hasBoundary ? land.boundary : allZones, look = { color: '#FBFBF8', fillColor: '#FBFBF8', fillOpacity: 1 };
  look.weight = hasBoundary ? 0 : 0.5;
  return L.layerGroup(ground.length ? [draw.area('ground', ground, look)] : []);
}
function zoneLayer(draw) {
  var layer = L.layerGroup(), zone = { fill: false, color: '#98A3AD', weight: 0.9, dashArray: '5 2.5 1 2.5' };
  if (hasZones) layer.addLayer(draw.area('ground', allZones, zone));
  if (hasBoundary) layer.addLayer(draw.area('ground', land.boundary, { fill: false, color: '#4A5764', weight: 1.8 }));
  return layer;
}
function waterLayer(draw, wide) {
  var layer = L.layerGroup(), lake = { color: '#9CC0D3', weight: 0.8, fillColor: '#CBDFEA', fillOpacity: 1 };
  if (land.water.length) layer.addLayer(draw.area('water', land.water, lake));
  if (land.rivers.length) layer.addLayer(draw.line('water', land.rivers, { color: '#BBD5E3', weight: 4.5 * wide }));
  return layer;
}
/* where nothing may be built: a dashed outline and a faint veil, so that roads and settlements show through */
function excludedLayer(draw) {
  var look = { color: '#44515E', weight: 1.3, dashArray: '2 3', fillColor: '#44515E', fillOpacity: 0.12 };
  return L.layerGroup(land.excluded.length ? [draw.area('water', land.excluded, look)] : []);
}
function roadLayer(draw, wide) {
  var layer = L.layerGroup(), smooth = heavy.roads ? 2 : 1;
  function addRoads(level, colour, weight) {
    var lines = land.roads[level];
    if (lines.length) layer.addLayer(draw.line('roads', lines, { color: colour, weight: weight, smoothFactor: smooth }));
  }
  ROADS.forEach(function (kind) { addRoads(kind[0], kind[1], kind[2] * wide); });
  if (wide === 1) addRoads('main', '#FFFDF8', 1.2);
  return layer;
}
function groundLayers(draw, wide) {
  return {
    land: landLayer(draw), water: waterLayer(draw, wide), excluded: excludedLayer(draw), roads: roadLayer(draw, wide),
    zones: zoneLayer(draw)
  };
}
/* the online map, if the scenario names one: nothing is asked for until a reader ticks its row */
function drawBase() {
  if (!hasMap || !D.base) return;
  if (!G.base) {
    G.base = L.layerGroup(D.base.urls.map(function (url) {
      return L.tileLayer(url, { subdomains: D.base.hosts || 'abc', maxNativeZoom: D.base.zoom, maxZoom: 24 });
    }));
  }
  map[on.base ? 'addLayer' : 'removeLayer'](G.base);
  map[on.base ? 'removeLayer' : 'addLayer'](G.land);
  if (!on.base) G.land.eachLayer(function (area) { area.bringToBack(); });
  ['water', 'roads'].forEach(function (key) { map[on[key] && !on.base ? 'addLayer' : 'removeLayer'](G[key]); });
}
function addAll(layers, m) { for (var name in layers) layers[name].addTo(m); }

var renderers, draw, G = {}, mini = null, miniRenderers = null;
if (hasMap) {
  renderers = panesOf(map);
  draw = drawerOf(renderers);
  G = groundLayers(draw, 1);
  G.names = L.layerGroup();
  G.spider = L.layerGroup();
  G.referral = L.layerGroup();
  addAll(G, map);
  G.service = L.layerGroup();
  document.body.classList.toggle('all-land', !hasBoundary && !hasZones);
  L.control.zoom({ position: 'topright' }).addTo(map);
  L.control.scale({ imperial: false, position: 'bottomleft', maxWidth: 140 }).addTo(map);
}
if (D.urban) {
  mini = L.map('insetmap', {
    zoomControl: false, attributionControl: false, zoomSnap: 0.05, dragging: false, scrollWheelZoom: false,
    doubleClickZoom: false, boxZoom: false, keyboard: false, touchZoom: false, tap: false, fadeAnimation: false,
    zoomAnimation: false
  });
  mini.setView(map.getCenter(), 9);
  miniRenderers = panesOf(mini);
  addAll(groundLayers(drawerOf(miniRenderers), 1.25), mini);
  var frame = { fill: false, color: '#4A5764', weight: 1.2, className: 'ubox' };
  var b = L.latLngBounds(D.urban), edges = [b.getSouthWest(), b.getNorthWest(), b.getNorthEast(), b.getSouthEast()];
  draw.area('ground', edges, frame).addTo(map);
}
