/* Two maps of one ground: what moves one moves the other. Drag, wheel, buttons, arrow keys, + and -. */
(function () {
  'use strict';
  var MOST = 8;
  function all(root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }
  function twin(box) {
    var maps = all(box, 'svg.map'), whole = maps[0].getAttribute('viewBox').split(' ').map(Number);
    var width = whole[2], height = whole[3], zoom = 1, x = 0, y = 0, drag = null;
    function kept(value, most) { return Math.max(0, Math.min(most, value)); }
    function draw() {
      x = kept(x, width - width / zoom);
      y = kept(y, height - height / zoom);
      maps.forEach(function (map) {
        map.setAttribute('viewBox', [x, y, width / zoom, height / zoom].join(' '));
        all(map, 'g.site').forEach(function (site) { site.setAttribute('transform', 'scale(' + 1 / Math.sqrt(zoom) + ')'); });
      });
      box.setAttribute('data-view', [x.toFixed(1), y.toFixed(1), zoom.toFixed(3)].join(' '));
    }
    /* part: where on the map, from 0 to 1, stays in place */
    function zoomTo(wanted, partX, partY) {
      var next = Math.max(1, Math.min(MOST, wanted));
      x += partX * width * (1 / zoom - 1 / next);
      y += partY * height * (1 / zoom - 1 / next);
      zoom = next;
      draw();
    }
    function part(map, e) {
      var size = map.getBoundingClientRect();
      return [(e.clientX - size.left) / size.width, (e.clientY - size.top) / size.height];
    }
    function pan(dx, dy) { x += dx * width / zoom; y += dy * height / zoom; draw(); }
    var KEYS = {
      ArrowLeft: function () { pan(-0.15, 0); }, ArrowRight: function () { pan(0.15, 0); },
      ArrowUp: function () { pan(0, -0.15); }, ArrowDown: function () { pan(0, 0.15); },
      '+': function () { zoomTo(zoom * 1.4, 0.5, 0.5); }, '=': function () { zoomTo(zoom * 1.4, 0.5, 0.5); },
      '-': function () { zoomTo(zoom / 1.4, 0.5, 0.5); }
    };
    maps.forEach(function (map) {
      map.addEventListener('wheel', function (e) {
        var at = part(map, e), wanted = zoom * (e.deltaY < 0 ? 1.25 : 0.8);
        if (wanted < 1 && zoom === 1) return;
        e.preventDefault();
        zoomTo(wanted, at[0], at[1]);
      }, { passive: false });
      map.addEventListener('pointerdown', function (e) { drag = part(map, e); map.setPointerCapture(e.pointerId); });
      map.addEventListener('pointermove', function (e) {
        if (!drag) return;
        var at = part(map, e);
        pan(drag[0] - at[0], drag[1] - at[1]);
        drag = at;
      });
      ['pointerup', 'pointercancel'].forEach(function (name) { map.addEventListener(name, function () { drag = null; }); });
      map.addEventListener('keydown', function (e) {
        if (!KEYS[e.key]) return;
        e.preventDefault();
        KEYS[e.key]();
      });
    });
    all(box, '[data-twin]').forEach(function (button) {
      button.onclick = function () {
        var action = button.getAttribute('data-twin');
        zoomTo(action === 'all' ? 1 : action === 'in' ? zoom * 1.6 : zoom / 1.6, 0.5, 0.5);
      };
    });
    draw();
  }
  all(document, '.twin').forEach(twin);
})();
