/* Facilities: ink or plan blue, the shape by tier; and the lines from people to them. */
var SIZE = { k: 13, e: 13, d: 16, v: 16, m: 16, x: 18, r: 18, b: 20, n: 11 };
var DEPTH = { k: 0, e: 0, d: 100, v: 100, m: 100, r: 200, x: 300, b: 400, n: -100 };
var INSET_SCALE = 0.86, MANY_SITES = 150;

function shown(j) {
  var letter = siteState(j);
  return siteAt[j] && on[layerOf(letter)] && on['t' + Math.max(S.tier[j], 0)];
}
function crowded() { return S.id.filter(function (id, j) { return shown(j); }).length > MANY_SITES; }
function symbolScale(m) { return Math.min(1.5, Math.max(0.86, scale(m))); }
function icon(size, name, chosen, aside) {
  var look = { className: chosen ? 'site sel' : 'site', iconSize: [size, size], html: symbol(name) };
  look.iconAnchor = [size / 2 - (aside || 0), size / 2];
  return L.divIcon(look);
}
function sizeOf(j, k) { return Math.round(SIZE[siteState(j)] * k); }
/* pixels by which a site stands to the right of its place, beside the others that are drawn there */
function asideOf(j, k) {
  var row = (together[j] || []).filter(shown), whole = 0, before = 0;
  if (row.length < 2) return 0;
  row.forEach(function (other) {
    var size = sizeOf(other, k);
    if (other < j) before += size;
    whole += size;
  });
  return before + sizeOf(j, k) / 2 - whole / 2;
}

function siteLayer(m) {
  var layer = L.layerGroup().addTo(m), marks = {}, near = m === mini ? L.latLngBounds(D.urban).pad(0.3) : null;
  function update(j, k) {
    var letter = siteState(j), mark = marks[j] || (marks[j] = siteMark(j, m));
    var chosen = !!state.chosen && state.chosen.kind === 'site' && state.chosen.index === j;
    mark.setIcon(icon(sizeOf(j, k), siteSymbol(j), chosen, asideOf(j, k)));
    mark.setZIndexOffset(DEPTH[letter] + (chosen ? 500 : 0));
    if (!layer.hasLayer(mark)) layer.addLayer(mark);
    var element = mark.getElement(), name = shortened(siteName(j), 60);
    element.setAttribute('title', name);
    element.setAttribute('aria-label', name);
    element.setAttribute('data-site', S.id[j]);
  }
  layer.draw = function () {
    var k = m === mini ? INSET_SCALE : symbolScale(m) * (crowded() && relative(m) < 1 ? 0.82 : 1);
    for (var j = 0; j < NS; j++) {
      if (shown(j) && (!near || near.contains(siteAt[j]))) update(j, k);
      else if (marks[j]) { layer.removeLayer(marks[j]); delete marks[j]; }
    }
  };
  return layer;
}
function siteMark(j, m) {
  var mark = L.marker(siteAt[j], { keyboard: m !== mini });
  mark.on('click', function () { choose('site', j); });
  mark.on('keypress', function (e) { if (e.originalEvent.key === 'Enter') choose('site', j); });
  return mark;
}

/* facilities that are drawn and not planned; the small ones once there is room for them */
function contextLayer(m) {
  var layer = L.layerGroup().addTo(m);
  layer.draw = function () {
    layer.clearLayers();
    D.context.forEach(function (facility) {
      var hospital = isHospital(facility[1]), size = Math.round((hospital ? 17 : 8) * symbolScale(m));
      if (facility[2] === null || !(hospital ? on.hospital : on.context && relative(m) > 1.4)) return;
      var options = { keyboard: false, zIndexOffset: -300, icon: icon(size, hospital ? 'hospital' : 'context') };
      var mark = L.marker([facility[3] * UNIT, facility[2] * UNIT], options);
      var text = join([shortened(both(facility[0]), 40), shortened(kindName(facility[1]), 40)]);
      layer.addLayer(mark.bindTooltip(function () { return el('span', {}, text); }, { direction: 'top', offset: [0, -8] }));
    });
  };
  return layer;
}
var siteLayers = hasMap ? [siteLayer(map), contextLayer(map)] : [];
if (mini) siteLayers.push(siteLayer(mini));
function drawSites() { siteLayers.forEach(function (layer) { layer.draw(); }); }

/* links of this stop as {point, site, within}: within the standard or not. Of stops before the last it is known where most
   people of a settlement go, by tier, or only the nearest facility */
function assigned(k) {
  var pairs = D.assignment;
  return { point: pairs.point[k], site: pairs.site[k], within: pairs.within.charAt(k) === '1' };
}
function linksThen(i) {
  var s = stop();
  if (!s.goes) return s.nearest[i] < 0 ? [] : [{ point: i, site: s.nearest[i], within: s.states.charAt(i) === 'c' }];
  return s.goes.map(function (sites, k) {
    return { point: i, site: sites[i], within: s.served[k].charAt(i) === '1' };
  }).filter(function (link) { return link.site >= 0; });
}
function linksOfSite(j) {
  if (isLast()) return (bySite[j] || []).map(assigned);
  var links = [];
  for (var i = 0; i < NP; i++) links = links.concat(linksThen(i).filter(function (link) { return link.site === j; }));
  return links;
}
function linksOfPoint(i) {
  if (isLast()) return (byPoint[i] || []).map(assigned);
  return linksThen(i);
}
/* referral of this stop: [site, the site it refers to] */
function referralOf(j) {
  return (stop().referral || []).filter(function (pair) { return pair[0] === j || pair[1] === j; });
}
function hasReferral() { return STOPS.some(function (s) { return s.referral && s.referral.length; }); }
function referralLine(pair) {
  var way = [siteAt[pair[0]], siteAt[pair[1]]], look = { color: '#17212B', weight: 1.6, opacity: 0.75, dashArray: '7 4 1 4' };
  return way[0] && way[1] ? draw.line('lines', way, look) : null;
}
function drawReferral() {
  if (!hasMap) return;
  G.referral.clearLayers();
  if (!on.referral) return;
  (stop().referral || []).forEach(function (pair) {
    var line = referralLine(pair);
    if (line) G.referral.addLayer(line);
  });
}
/* along the road where the way is known, else straight */
function wayOf(link) {
  var from = at[link.point], to = siteAt[link.site], route = routeOf[link.point + ' ' + link.site];
  if (!from || !to) return null;
  var way = route ? decode(route) : [];
  if (way.length && L.latLng(from).distanceTo(way[0]) > L.latLng(from).distanceTo(way[way.length - 1])) way.reverse();
  return [from].concat(way, [to]);
}
function clearLinks() { if (hasMap) G.spider.clearLayers(); }
function drawLinks(links, weight) {
  if (!hasMap) return;
  links.forEach(function (link) {
    var way = wayOf(link), look = { color: '#1E3F8F', weight: weight, opacity: 0.8 };
    if (!link.within) { look.color = '#5F6C78'; look.dashArray = '3 3'; }
    if (way) G.spider.addLayer(draw.line('lines', way, look));
  });
}
function ring(where) {
  if (!hasMap || !where) return;
  var look = { radius: 11, color: '#1E3F8F', weight: 2.2, fill: false, interactive: false };
  look.pane = 'lines';
  look.renderer = renderers.lines;
  G.spider.addLayer(L.circleMarker(where, look));
}
function drawService() {
  if (!hasMap) return;
  G.service.clearLayers();
  map.removeLayer(G.service);
  if (!on.service) return;
  var ways = [];
  P.id.forEach(function (id, i) {
    linksOfPoint(i).forEach(function (link) {
      if (link.within && at[i] && siteAt[link.site]) ways.push([at[i], siteAt[link.site]]);
    });
  });
  if (ways.length) G.service.addLayer(draw.line('lines', ways, { color: '#7F94B8', weight: 0.6, opacity: 0.7 }));
  G.service.addTo(map);
}
