/* Names of zones beneath their main facility; the nearest first, none on top of another. */
function label(text, latlng, street) {
  return L.marker(latlng, { interactive: false, keyboard: false, zIndexOffset: -500, icon: L.divIcon({ className: 'lab' + (street ? ' street' : ''), iconSize: [120, 14], iconAnchor: [60, -9], html: el('span', {}, text) }) });
}
function brief(name) { return shortened(name.replace(/ (Subdistrict|Township|Town)$/, ''), lang === 'zh' ? 10 : 18); }
function width(text) { return Array.from(text).reduce(function (n, c) { return n + (c.charCodeAt(0) > 255 ? 12.5 : 6.5); }, 4); }
/* adds the names that find room on a map to a layer; urban ones only where there is no inset to hold them */
function placeNames(m, layer, zones) {
  var taken = [];
  layer.clearLayers();
  zones.forEach(function (k) {
    var z = D.zones[k], text = brief(z.name), p = m.latLngToLayerPoint(z.label), w = width(text) / 2, box = [p.x - w, p.y + 7, p.x + w, p.y + 23];
    if (taken.some(function (b) { return b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]; })) return;
    taken.push(box); layer.addLayer(label(text, z.label, isUrban(k)));
  });
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
