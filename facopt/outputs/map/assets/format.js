/* Language, figures as text, and elements: text reaches the page through textContent only. */
var lang = 'zh', THIN = '\u2009', MISSING = '\u2013', MINUS = '\u2212';
function li() { return lang === 'zh' ? 0 : 1; }
function both(pair) { return pair[li()] || pair[0] || pair[1] || ''; }
function T(key, figures) {
  var found = D.words[key], text = found ? found[li()] : key, name;
  /* one pass over the phrase, so that braces inside a name stay as they are */
  return figures ? text.replace(/\{(\w+)\}/g, function (all, name) { return figures.hasOwnProperty(name) ? figures[name] : all; }) : text;
}
function $(id) { return document.getElementById(id); }
function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
function fixed(value, decimals) {
  if (value === null || value === undefined || !isFinite(value)) return MISSING;
  var a = Math.abs(value), s = String(a), r = s.indexOf('e') >= 0 ? a.toFixed(decimals) : Number(Math.round(s + 'e' + decimals) + 'e-' + decimals).toFixed(decimals);
  var parts = r.split('.');
  parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ',');
  return (value < 0 && Number(r) !== 0 ? MINUS : '') + parts.join('.');
}
function trimmed(value, decimals) { var t = fixed(value, decimals === undefined ? 2 : decimals); return t.indexOf('.') >= 0 ? t.replace(/0+$/, '').replace(/\.$/, '') : t; }
function count(value) { return value > 0 && value < 0.5 ? '<1' : fixed(value, 0); }
function people(value) {
  var text = count(value);
  if (lang === 'en' || text === MISSING) return text;
  if (text === '<1' || value < 9999.5) return text + THIN + '\u4eba';
  return fixed(value / 10000, value >= 100000 ? 1 : 2) + THIN + '\u4e07\u4eba';
}
function share(part, whole) { return part === null || part === undefined || !(whole > 0) ? null : 100 * part / whole; }
function percent(value) {
  if (value === null || value === undefined || !isFinite(value)) return MISSING;
  if (value >= 100 - 1e-9 || value <= 1e-9) return fixed(Math.min(Math.max(value, 0), 100), 1) + '%';
  return value < 0.05 ? '<0.1%' : fixed(Math.min(value, 99.9), 1) + '%';
}
function minutes(value) { return value === null || value === undefined ? MISSING : fixed(value, 1) + (lang === 'zh' ? THIN : ' ') + T('map.min'); }
function longest(value) { return value === null || value === undefined ? MISSING : fixed(Math.ceil(value - 1e-6), 0) + (lang === 'zh' ? THIN : ' ') + T('map.min'); }
/* money for a headline as figure and unit */
function moneyParts(amount) {
  if (amount === null || amount === undefined) return [MISSING, ''];
  if (D.currency !== 'CNY') return [D.currency + ' ' + fixed(amount, 0), ''];
  if (lang === 'zh') { var w = amount / 10000, b = Math.abs(w); return [trimmed(w, b >= 1000 ? 0 : b >= 100 ? 1 : 2), '\u4e07\u5143']; }
  if (Math.abs(amount) < 1e6) return ['\u00a5' + fixed(amount, 0), ''];
  return ['\u00a5' + fixed(amount / 1e6, Math.abs(amount) >= 1e7 ? 1 : 2), 'million'];
}
function money(amount) { var p = moneyParts(amount); return p[1] ? p[0] + (lang === 'zh' ? THIN : ' ') + p[1] : p[0]; }
function join(parts) { return parts.filter(function (p) { return p; }).join(' \u00b7 '); }
/* width in half-width characters: a Chinese character takes two */
function widthOf(text) { return Array.from(text).reduce(function (n, c) { return n + (c.charCodeAt(0) > 255 ? 2 : 1); }, 0); }
function shortened(text, most) { var a = Array.from(text); return a.length > most ? a.slice(0, most - 1).join('') + '\u2026' : text; }

/* el('p', {class: 'x'}, 'text', child, …): attributes by name, text as text */
function el(tag, attributes) {
  var e = document.createElement(tag), k, i, c;
  for (k in attributes) if (attributes[k] !== null && attributes[k] !== undefined) e.setAttribute(k, attributes[k]);
  for (i = 2; i < arguments.length; i++) add(e, arguments[i]);
  return e;
}
function add(parent, child) {
  if (child === null || child === undefined || child === '') return;
  if (Array.isArray(child)) child.forEach(function (c) { add(parent, c); });
  else parent.appendChild(child.nodeType ? child : document.createTextNode(child));
}
function fill(parent) {
  while (parent.firstChild) parent.removeChild(parent.firstChild);
  for (var i = 1; i < arguments.length; i++) add(parent, arguments[i]);
}
function symbol(id, size) {
  var ns = 'http://www.w3.org/2000/svg', s = document.createElementNS(ns, 'svg'), u = document.createElementNS(ns, 'use');
  s.setAttribute('aria-hidden', 'true'); s.setAttribute('viewBox', '0 0 24 24');
  if (size) { s.setAttribute('width', size); s.setAttribute('height', size); }
  u.setAttribute('href', '#' + id); s.appendChild(u);
  return s;
}
