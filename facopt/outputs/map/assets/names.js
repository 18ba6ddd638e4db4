/* Names of zones beneath their main facility; the nearest first, none on top of another. */
function label(text, latlng, street, dx, dy) {
  return L.marker(latlng, { interactive: false, keyboard: false, zIndexOffset: -500, icon: L.divIcon({ className: 'lab' + (street ? ' street' : ''), iconSize: [120, 14], iconAnchor: [60 - dx, 7 - dy], html: el('span', {}, text) }) });
}
function brief(name) {
  var whole = name.replace(/ (Subdistrict|Township|Town)$/, ''), most = Array.from(whole).length;
  if (most > 20) { whole = shortened(whole, 20); most = 20; }
  while (widthOf(whole) > 20) whole = shortened(name, --most);
  return whole;
}
/* adds the names that find room on a map to a layer: below their place, else above or beside it, clear of facilities and other names */
function placeNames(m, layer, zones) {
  var taken = siteBoxes(m), own = taken.length;
  layer.clearLayers();
  zones.forEach(function (k) {
    var z = D.zones[k], text = brief(z.name), p = m.latLngToLayerPoint(z.label), w = widthOf(text) * 3.2 + 2, best = null;
    [[0, 16], [0, -17], [w + 12, 0], [-w - 12, 0], [w, 17], [-w, 17], [w, -17], [-w, -17], [0, 30], [0, -30], [w, 30], [-w, 30], [w, -30], [-w, -30]].forEach(function (d) {
      var box = [p.x + d[0] - w, p.y + d[1] - 7, p.x + d[0] + w, p.y + d[1] + 7], hits = 0;
      taken.forEach(function (b, n) { if (b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]) hits += n < own ? 1 : 100; });
      if (!best || hits < best.hits) best = { hits: hits, box: box, d: d };
    });
    if (best.hits >= 100) return;
    taken.push(best.box); layer.addLayer(label(text, z.label, isUrban(k), best.d[0], best.d[1]));
  });
}
function siteBoxes(m) {
  var boxes = [], j, p;
  for (j = 0; j < NS; j++) if (shown(j)) { p = m.latLngToLayerPoint(siteAt[j]); boxes.push([p.x - 9, p.y - 9, p.x + 9, p.y + 9]); }
  return boxes;
}
function isUrban(k) { return D.zones[k].share && D.zones[k].share['class'] === 'urban'; }
function labelled() {
  var found = [];
  D.zones.forEach(function (z, k) { if (z.label) found.push(k); });
  return found.sort(function (a, b) { return (D.zones[b].share ? D.zones[b].share.people : 0) - (D.zones[a].share ? D.zones[a].share.people : 0); });
}
var miniNames = mini ? L.layerGroup().addTo(mini) : null;
function drawNames() {
  if (!hasMap) return;
  if (on.names) { placeNames(map, G.names, labelled().filter(function (k) { return !(mini && isFar() && isUrban(k)); })); G.names.addTo(map); } else map.removeLayer(G.names);
  if (!miniNames) return;
  if (on.names) placeNames(mini, miniNames, labelled().filter(function (k) { return isUrban(k) && L.latLngBounds(D.urban).contains(D.zones[k].label); })); else miniNames.clearLayers();
}
function isFar() { return state.sheet || relative(map) < 1.1; }
