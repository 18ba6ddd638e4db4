/* language, sorting, place in the contents: plain ES5, and nothing that the page needs to be read */
(function () {
  function each(selector, action) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), action);
  }

  function setLanguage(code) {
    document.documentElement.lang = code;
    each('[data-lang]', function (button) {
      button.setAttribute('aria-pressed', String(button.getAttribute('data-lang') === code));
    });
  }
  each('[data-lang]', function (button) {
    button.onclick = function () { setLanguage(button.getAttribute('data-lang')); };
  });
  if (location.hash.indexOf('lang=en') >= 0) { setLanguage('en'); }

  function valueOf(row, column) {
    var cell = row.cells[column], exact = cell.getAttribute('data-value');
    if (exact === null) { return cell.innerText; }
    return exact === '' ? null : parseFloat(exact);
  }
  function compare(a, b) {
    if (typeof a === 'string' && typeof b === 'string') { return a.localeCompare(b); }
    return a < b ? -1 : a > b ? 1 : 0;
  }
  /* Missing values stay last either way; equal rows keep their order. */
  function sortedRows(table, column, up) {
    var rows = [];
    Array.prototype.forEach.call(table.tBodies, function (body) {
      Array.prototype.forEach.call(body.rows, function (row) { rows.push({row: row, value: valueOf(row, column), place: rows.length}); });
    });
    return rows.sort(function (a, b) {
      if (a.value === null || b.value === null) { return (a.value === null) - (b.value === null) || a.place - b.place; }
      return compare(a.value, b.value) * (up ? 1 : -1) || a.place - b.place;
    });
  }
  function sort(table, heading, column) {
    var up = heading.getAttribute('aria-sort') !== 'ascending', first = table.tBodies[0].rows.length;
    var rows = sortedRows(table, column, up);
    Array.prototype.forEach.call(heading.parentNode.cells, function (cell) { cell.removeAttribute('aria-sort'); });
    heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    rows.forEach(function (entry, place) { table.tBodies[place < first ? 0 : 1].appendChild(entry.row); });
  }
  each('table.sortable', function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (heading, column) {
      var button = heading.querySelector('button');
      if (button) { heading.onclick = function () { sort(table, heading, column); }; }
    });
  });

  var links = document.querySelectorAll('nav a'), sections = document.querySelectorAll('section');
  function here() {
    var current = 0, i;
    for (i = 0; i < sections.length; i++) { if (sections[i].getBoundingClientRect().top < 140) { current = i; } }
    for (i = 0; i < links.length; i++) { links[i].className = i === current ? 'here' : ''; }
  }
  window.addEventListener('scroll', here);
  here();
})();
