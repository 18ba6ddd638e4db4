(function () {
  'use strict';
  var list = document.getElementById('cards');
  if (!list) { return; }
  var cards = Array.prototype.slice.call(list.querySelectorAll('.card[data-order]'));
  var last = list.querySelector('.empty');
  var filter = document.getElementById('filter');
  var sort = document.getElementById('sort');
  var button = document.getElementById('compare');
  var command = document.getElementById('command');
  var none = document.getElementById('none');

  function show() {
    var words = filter.value.toLowerCase().split(/\s+/);
    var shown = 0;
    cards.forEach(function (card) {
      var text = card.getAttribute('data-text-all');
      card.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      shown += card.hidden ? 0 : 1;
    });
    none.hidden = shown > 0;
  }

  function value(card, key) {
    var text = card.getAttribute('data-' + key);
    if (key === 'name') { return text; }
    return text === '' ? null : Number(text);
  }

  function arrange() {
    var key = sort.value;
    var sign = key === 'coverage' ? -1 : 1;
    cards.sort(function (one, other) {
      var a = value(one, key), b = value(other, key);
      if (a === b) { return value(one, 'order') - value(other, 'order'); }
      if (a === null || b === null) { return a === null ? 1 : -1; }
      return sign * (a < b ? -1 : 1);
    });
    cards.forEach(function (card) { list.insertBefore(card, last); });
  }

  function picked() {
    return cards.filter(function (card) {
      var box = card.querySelector('.pick input');
      card.classList.toggle('on', !!box && box.checked);
      return box && box.checked;
    });
  }

  function quoted(name) { return /^[\w.\-]+$/.test(name) ? name : '"' + name + '"'; }

  function renew() {
    var count = picked().length;
    button.disabled = count < 2;
    if (count < 2) { command.hidden = true; }
  }

  function compare() {
    var names = picked().map(function (card) { return quoted(card.getAttribute('data-folder')); });
    command.querySelector('code').textContent = 'facopt compare ' + names.join(' ');
    command.hidden = false;
  }

  filter.oninput = show;
  sort.onchange = arrange;
  button.onclick = compare;
  cards.forEach(function (card) {
    var box = card.querySelector('.pick input');
    if (box) { box.onchange = renew; }
  });
})();
