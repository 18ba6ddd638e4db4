(function () {
  'use strict';
  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }
  function setLanguage(language) {
    document.documentElement.lang = language;
    each('[data-lang]', function (button) {
      button.setAttribute('aria-pressed', String(button.getAttribute('data-lang') === language));
    });
    each('a[data-page]', function (link) {
      link.href = link.getAttribute('data-page') + (language === 'en' && /\.html$/.test(link.getAttribute('data-page')) ? '#lang=en' : '');
    });
    each('[data-en]', function (element) {
      element.setAttribute(element.getAttribute('data-text'), element.getAttribute(language === 'en' ? 'data-en' : 'data-zh'));
    });
    each('option[data-zh]', function (option) {
      option.textContent = option.getAttribute(language === 'en' ? 'data-en' : 'data-zh');
    });
  }
  each('[data-lang]', function (button) {
    button.onclick = function () { setLanguage(button.getAttribute('data-lang')); };
  });
  setLanguage(location.hash.indexOf('lang=en') >= 0 ? 'en' : 'zh-Hans');
})();
