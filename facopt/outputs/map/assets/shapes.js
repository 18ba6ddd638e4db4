/* Settlements keep their shape on SVG and on canvas: circle, diamond, triangle, hollow triangle, cross. */
function outline(shape, x, y, r) {
  if (shape === 'n') { r *= 1.25; return [[x, y - r], [x + r, y], [x, y + r], [x - r, y]]; }
  if (shape === 'u') { r *= 1.3; return [[x, y - r], [x + r, y + r * 0.8], [x - r, y + r * 0.8]]; }
  if (shape === 'l') { r *= 1.3; return [[x, y + r], [x + r, y - r * 0.8], [x - r, y - r * 0.8]]; }
  return null;
}
L.SVG.include({
  _updateShape: function (layer) {
    var p = layer._point, r = Math.max(layer._radius, 1), x = p.x, y = p.y, s = layer.options.shape, path = outline(s, x, y, r), d;
    if (path) d = 'M' + path.map(function (q) { return q[0].toFixed(2) + ' ' + q[1].toFixed(2); }).join('L') + 'z';
    else if (s === 'x') d = 'M' + (x - r) + ' ' + (y - r) + 'L' + (x + r) + ' ' + (y + r) + 'M' + (x + r) + ' ' + (y - r) + 'L' + (x - r) + ' ' + (y + r);
    else d = 'M' + (x - r) + ' ' + y + 'a' + r + ' ' + r + ' 0 1 0 ' + 2 * r + ' 0a' + r + ' ' + r + ' 0 1 0 ' + (-2 * r) + ' 0z';
    this._setPath(layer, layer._empty() ? 'M0 0' : d);
  }
});
L.Canvas.include({
  _updateShape: function (layer) {
    if (!this._drawing || layer._empty()) return;
    var p = layer._point, r = Math.max(layer._radius, 1), s = layer.options.shape, path = outline(s, p.x, p.y, r), c = this._ctx;
    c.beginPath();
    if (path) { path.forEach(function (q, k) { c[k ? 'lineTo' : 'moveTo'](q[0], q[1]); }); c.closePath(); }
    else if (s === 'x') { c.moveTo(p.x - r, p.y - r); c.lineTo(p.x + r, p.y + r); c.moveTo(p.x + r, p.y - r); c.lineTo(p.x - r, p.y + r); }
    else c.arc(p.x, p.y, r, 0, 2 * Math.PI, false);
    this._fillStroke(c, layer);
  }
});
var Shape = L.CircleMarker.extend({ _updatePath: function () { this._renderer._updateShape(this); } });
