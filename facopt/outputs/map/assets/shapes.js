/* Settlements keep their shape on SVG and on canvas: circle, diamond, triangle, hollow triangle, cross. */
function corners(shape, x, y, r) {
  if (shape === 'n') { r *= 1.25; return [[x, y - r], [x + r, y], [x, y + r], [x - r, y]]; }
  if (shape === 'u') { r *= 1.3; return [[x, y - r], [x + r, y + r * 0.8], [x - r, y + r * 0.8]]; }
  if (shape === 'l') { r *= 1.3; return [[x, y + r], [x + r, y - r * 0.8], [x - r, y - r * 0.8]]; }
  return null;
}
function strokes(x, y, r) { return [[[x - r, y - r], [x + r, y + r]], [[x + r, y - r], [x - r, y + r]]]; }
function pathOf(points) {
  return 'M' + points.map(function (p) { return p[0].toFixed(2) + ' ' + p[1].toFixed(2); }).join('L');
}
function circlePath(x, y, r) {
  var arc = 'a' + r + ' ' + r + ' 0 1 0 ';
  return 'M' + (x - r) + ' ' + y + arc + 2 * r + ' 0' + arc + (-2 * r) + ' 0z';
}
L.SVG.include({
  _updateShape: function (layer) {
    var p = layer._point, r = Math.max(layer._radius, 1), shape = layer.options.shape, path = corners(shape, p.x, p.y, r);
    var drawn = path ? pathOf(path) + 'z' : shape === 'x' ? strokes(p.x, p.y, r).map(pathOf).join('') : circlePath(p.x, p.y, r);
    this._setPath(layer, layer._empty() ? 'M0 0' : drawn);
  }
});
L.Canvas.include({
  _updateShape: function (layer) {
    if (!this._drawing || layer._empty()) return;
    var p = layer._point, r = Math.max(layer._radius, 1), shape = layer.options.shape, path = corners(shape, p.x, p.y, r);
    var context = this._ctx;
    function follow(points) { points.forEach(function (q, k) { context[k ? 'lineTo' : 'moveTo'](q[0], q[1]); }); }
    context.beginPath();
    if (path) { follow(path); context.closePath(); }
    else if (shape === 'x') strokes(p.x, p.y, r).forEach(follow);
    else context.arc(p.x, p.y, r, 0, 2 * Math.PI, false);
    this._fillStroke(context, layer);
  }
});
var Shape = L.CircleMarker.extend({ _updatePath: function () { this._renderer._updateShape(this); } });
