/* Language, figures as text (as facopt/outputs/numbers.py prints them), and elements: text is written as text only. */
var lang = 'zh', THIN = '\u2009', MISSING = '\u2013', MINUS = '\u2212', WAN = '\u4e07';

/* phrases: pairs of Chinese and English */
function li() { return lang === 'zh' ? 0 : 1; }
function both(pair) { return straight(pair[li()] || pair[0] || pair[1] || ''); }
/* without the marks that turn the direction of the text after them around */
function straight(text) { return text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ''); }
function T(key, figures) {
  var pair = D.words[key], text = pair ? pair[li()] : key;
  if (!figures) return text;
  /* one pass over the phrase, so that braces inside a name stay as they are */
  return text.replace(/\{(\w+)\}/g, function (whole, name) { return figures.hasOwnProperty(name) ? figures[name] : whole; });
}
function join(parts) { return parts.filter(function (part) { return part; }).join(' \u00b7 '); }

/* figures */
function absent(value) { return value === null || value === undefined || !isFinite(value); }
/* half up, in decimal digits as they are written */
function rounded(value, decimals) {
  var text = String(value);
  if (text.indexOf('e') >= 0) return value.toFixed(decimals);
  return Number(Math.round(text + 'e' + decimals) + 'e-' + decimals).toFixed(decimals);
}
function fixed(value, decimals) {
  if (absent(value)) return MISSING;
  var digits = rounded(Math.abs(value), decimals), parts = digits.split('.');
  parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ',');
  return (value < 0 && Number(digits) !== 0 ? MINUS : '') + parts.join('.');
}
function trimmed(value, decimals) {
  var text = fixed(value, decimals === undefined ? 2 : decimals);
  return text.indexOf('.') >= 0 ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
function unit(text, name) { return name ? text + (/^[\x00-\x7f]*$/.test(name) ? ' ' : THIN) + name : text; }
function count(value) { return value > 0 && value < 0.5 ? '<1' : fixed(value, 0); }
function people(value) {
  var text = count(value);
  if (lang === 'en' || text === MISSING) return text;
  if (text === '<1' || value < 9999.5) return unit(text, '\u4eba');
  return unit(fixed(value / 10000, value >= 100000 ? 1 : 2), WAN + '\u4eba');
}
function share(part, whole) { return absent(part) || !(whole > 0) ? null : 100 * part / whole; }
/* 100.0% only for all, 0.0% only for nobody */
function percent(value) {
  if (absent(value)) return MISSING;
  if (value >= 100 - 1e-9 || value <= 1e-9) return fixed(Math.min(Math.max(value, 0), 100), 1) + '%';
  return value < 0.05 ? '<0.1%' : fixed(Math.min(value, 99.9), 1) + '%';
}
function minutes(value) { return absent(value) ? MISSING : unit(fixed(value, 1), T('map.min')); }
function longest(value) { return absent(value) ? MISSING : unit(fixed(Math.ceil(value - 1e-6), 0), T('map.min')); }
/* money for a headline as figure and unit */
function moneyParts(amount) {
  if (absent(amount)) return [MISSING, ''];
  if (D.currency !== 'CNY') return [D.currency + ' ' + fixed(amount, 0), ''];
  var wan = Math.abs(amount / 10000), million = Math.abs(amount / 1e6);
  if (lang === 'zh') return [trimmed(amount / 10000, wan >= 1000 ? 0 : wan >= 100 ? 1 : 2), WAN + '\u5143'];
  if (million < 1) return ['\u00a5' + fixed(amount, 0), ''];
  return ['\u00a5' + fixed(amount / 1e6, million >= 10 ? 1 : 2), 'million'];
}
function money(amount) { var parts = moneyParts(amount); return unit(parts[0], parts[1]); }

/* names that are too long */
function shortened(text, most) {
  var characters = Array.from(text);
  return characters.length > most ? characters.slice(0, most - 1).join('') + '\u2026' : text;
}
/* in half-widths: a Chinese character takes two */
function widthOf(text) {
  return Array.from(text).reduce(function (n, c) { return n + (c.charCodeAt(0) > 255 ? 2 : 1); }, 0);
}
function cut(text, most) {
  var short = shortened(text, most + 1), n = Array.from(short).length;
  while (widthOf(short) > most) short = shortened(text, --n);
  return short;
}

/* elements: el('p', {class: 'x'}, 'text', child, [children]) */
function $(id) { return document.getElementById(id); }
function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
function el(tag, attributes) {
  var element = document.createElement(tag);
  for (var name in attributes) {
    if (attributes[name] !== null && attributes[name] !== undefined) element.setAttribute(name, attributes[name]);
  }
  for (var i = 2; i < arguments.length; i++) add(element, arguments[i]);
  return element;
}
function add(parent, child) {
  if (child === null || child === undefined || child === '') return;
  if (Array.isArray(child)) child.forEach(function (one) { add(parent, one); });
  else parent.appendChild(child.nodeType ? child : document.createTextNode(child));
}
function fill(parent) {
  while (parent.firstChild) parent.removeChild(parent.firstChild);
  for (var i = 1; i < arguments.length; i++) add(parent, arguments[i]);
}
function symbol(id, size) {
  var ns = 'http://www.w3.org/2000/svg', svg = document.createElementNS(ns, 'svg'), use = document.createElementNS(ns, 'use');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('viewBox', '0 0 24 24');
  if (size) { svg.setAttribute('width', size); svg.setAttribute('height', size); }
  use.setAttribute('href', '#' + id);
  svg.appendChild(use);
  return svg;
}
