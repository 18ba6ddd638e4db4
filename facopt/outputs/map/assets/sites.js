/* Facilities: ink or plan blue, the shape by tier; and the lines from people to them. */
var SIZE = { k: 13, e: 13, d: 16, b: 20, n: 11 }, DEPTH = { k: 0, e: 0, d: 100, b: 400, n: -100 };
function shown(j) { var s = siteState(j); return siteAt[j] && (s === 'n' ? on.cand : on[s]); }
function siteLayer(m, inset) {
  var layer = L.layerGroup().addTo(m), marks = {};
  layer.draw = function () {
    var k = inset ? 0.86 : Math.min(1.5, Math.max(0.86, scale(m))) * (NS > 150 && relative(m) < 1 ? 0.82 : 1), j;
    for (j = 0; j < NS; j++) {
      var there = shown(j), mark = marks[j];
      if (!there || (inset && !L.latLngBounds(D.urban).pad(0.3).contains(siteAt[j]))) { if (mark) { layer.removeLayer(mark); delete marks[j]; } continue; }
      if (!mark) { mark = marks[j] = siteMark(j, inset); }
      var s = siteState(j), z = Math.round(SIZE[s] * k), picked = state.chosen && state.chosen.kind === 'site' && state.chosen.index === j;
      mark.setIcon(L.divIcon({ className: 'site' + (picked ? ' sel' : ''), iconSize: [z, z], html: symbol(siteSymbol(j)) }));
      mark.setZIndexOffset(DEPTH[s] + (picked ? 500 : 0));
      if (!layer.hasLayer(mark)) layer.addLayer(mark);
      var e = mark.getElement(); if (e) { e.setAttribute('title', shortened(siteName(j), 60)); e.setAttribute('aria-label', shortened(siteName(j), 60)); e.setAttribute('data-site', S.id[j]); }
    }
  };
  return layer;
}
function siteMark(j, inset) {
  var m = L.marker(siteAt[j], { keyboard: !inset, pane: 'markerPane' });
  m.on('click', function () { choose('site', j); });
  m.on('keypress', function (e) { if (e.originalEvent.key === 'Enter') choose('site', j); });
  return m;
}
function contextLayer(m) {
  var layer = L.layerGroup().addTo(m);
  layer.draw = function () {
    layer.clearLayers();
    D.context.forEach(function (c) {
      if (c[2] === null) return;
      var hospital = isHospital(c[1]), z = Math.round((hospital ? 17 : 8) * Math.min(1.5, Math.max(0.86, scale(m))));
      if (!(hospital ? on.hospital : on.context && relative(m) > 1.4)) return;
      layer.addLayer(L.marker([c[3] * UNIT, c[2] * UNIT], { keyboard: false, zIndexOffset: -300, icon: L.divIcon({ className: 'site', iconSize: [z, z], html: symbol(hospital ? 'hospital' : 'context') }) })
        .bindTooltip(function () { return el('span', {}, join([shortened(c[0], 40), c[1]])); }, { direction: 'top', offset: [0, -8] }));
    });
  };
  return layer;
}
var sitesOn = hasMap ? siteLayer(map, false) : null, sitesIn = mini ? siteLayer(mini, true) : null, contextOn = hasMap ? contextLayer(map) : null;
function drawSites() { if (sitesOn) sitesOn.draw(); if (sitesIn) sitesIn.draw(); if (contextOn) contextOn.draw(); }

/* links of this stop as [point, site, within the standard]; today only the nearest facility is known */
function linksOfSite(j) {
  if (isPlan()) return (bySite[j] || []).map(function (k) { return [D.assignment.point[k], j, D.assignment.within.charAt(k) === '1']; });
  var found = [], nearest = stop().nearest, i;
  for (i = 0; i < NP; i++) if (nearest[i] === j) found.push([i, j, pointState(i) === 'c']);
  return found;
}
function linksOfPoint(i) {
  if (isPlan()) return (byPoint[i] || []).map(function (k) { return [i, D.assignment.site[k], D.assignment.within.charAt(k) === '1']; });
  return stop().nearest[i] >= 0 ? [[i, stop().nearest[i], pointState(i) === 'c']] : [];
}
function linkLine(link, weight) {
  var route = routeOf[link[0] + ' ' + link[1]], from = at[link[0]], to = siteAt[link[1]];
  if (!from || !to) return null;
  var way = route && route.length > 2 ? decode(route) : [];
  if (way.length && L.latLng(from).distanceTo(way[0]) > L.latLng(from).distanceTo(way[way.length - 1])) way.reverse();
  return draw.line('lines', way.length ? [from].concat(way, [to]) : [from, to], { color: link[2] ? '#1E3F8F' : '#5F6C78', weight: weight, opacity: 0.8, dashArray: link[2] ? null : '3 3' });
}
function drawLinks(links, weight) {
  if (!hasMap) return;
  G.spider.clearLayers();
  links.forEach(function (link) { var l = linkLine(link, weight); if (l) G.spider.addLayer(l); });
}
function ring(latlng) { if (hasMap && latlng) G.spider.addLayer(L.circleMarker(latlng, { pane: 'lines', renderer: renderers.lines, interactive: false, radius: 11, color: '#1E3F8F', weight: 2.2, fill: false })); }
function drawService() {
  if (!hasMap) return;
  G.service.clearLayers();
  if (!on.service) { map.removeLayer(G.service); return; }
  var good = [], i;
  for (i = 0; i < NP; i++) linksOfPoint(i).forEach(function (link) { if (link[2] && at[i] && siteAt[link[1]]) good.push([at[i], siteAt[link[1]]]); });
  if (good.length) G.service.addLayer(draw.line('lines', good, { color: '#7F94B8', weight: 0.6, opacity: 0.7 }));
  G.service.addTo(map);
}
