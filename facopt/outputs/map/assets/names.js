/* Names of zones by their main facility; no name on top of another. */
var LABEL = 120, LONGEST_NAME = 20, HALF_WIDTH = 3.2;

function label(text, where, street, shift) {
  var look = { className: street ? 'lab street' : 'lab', iconSize: [LABEL, 14], html: el('span', {}, text) };
  look.iconAnchor = [LABEL / 2 - shift[0], 7 - shift[1]];
  return L.marker(where, { interactive: false, keyboard: false, zIndexOffset: -500, icon: L.divIcon(look) });
}
function brief(name) { return cut(shortened(name.replace(/ (Subdistrict|Township|Town)$/, ''), 21), LONGEST_NAME); }
function touch(a, b) { return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]; }

/* adds the names that find room: below their place, else above or beside it, clear of facilities and other names */
function placeNames(m, layer, zones) {
  var sites = siteBoxes(m), names = [], size = m.getSize(), inside = [2, 2, size.x - 2, size.y - 2];
  layer.clearLayers();
  zones.forEach(function (k) {
    var zone = D.zones[k], text = brief(zoneName(k)), p = m.latLngToContainerPoint(zone.label);
    var best = bestPlace(p, widthOf(text) * HALF_WIDTH + 2, sites, names, inside);
    if (!best) return;
    names.push(best.box);
    layer.addLayer(label(text, zone.label, isUrban(k), best.shift));
  });
}
function bestPlace(p, w, sites, names, inside) {
  var best = null, shifts = [[0, 16], [0, -17], [w + 12, 0], [-w - 12, 0], [w, 17], [-w, 17], [w, -17], [-w, -17],
    [0, 30], [0, -30], [w, 30], [-w, 30], [w, -30], [-w, -30]];
  shifts.forEach(function (shift) {
    var box = [p.x + shift[0] - w, p.y + shift[1] - 7, p.x + shift[0] + w, p.y + shift[1] + 7];
    var over = box[0] < inside[0] || box[1] < inside[1] || box[2] > inside[2] || box[3] > inside[3];
    var hits = sites.filter(function (site) { return touch(site, box); }).length + (over ? 10 : 0);
    if (names.some(function (name) { return touch(name, box); })) return;
    if (!best || hits < best.hits) best = { hits: hits, box: box, shift: shift };
  });
  return best;
}
function siteBoxes(m) {
  var boxes = [];
  siteAt.forEach(function (where, j) {
    if (!shown(j)) return;
    var p = m.latLngToContainerPoint(where);
    var x = p.x + asideOf(j, 1);
    boxes.push([x - 9, p.y - 9, x + 9, p.y + 9]);
  });
  return boxes;
}
function isUrban(k) { return !!D.zones[k].share && D.zones[k].share['class'] === 'urban'; }
function peopleOf(k) { return D.zones[k].share ? D.zones[k].share.people : 0; }
/* zones with a place for their name, those with most people first */
function labelled() {
  var found = [];
  D.zones.forEach(function (zone, k) { if (zone.label) found.push(k); });
  return found.sort(function (a, b) { return peopleOf(b) - peopleOf(a); });
}
var miniNames = mini ? L.layerGroup().addTo(mini) : null;
function isFar() { return state.sheet || relative(map) < 1.1; }
function drawNames() {
  if (!hasMap) return;
  var zones = on.names ? labelled() : [];
  /* while the inset is there it holds the names of the streets */
  placeNames(map, G.names, zones.filter(function (k) { return !(mini && isFar() && isUrban(k)); }));
  if (!mini) return;
  var box = L.latLngBounds(D.urban);
  placeNames(mini, miniNames, zones.filter(function (k) { return isUrban(k) && box.contains(D.zones[k].label); }));
}
