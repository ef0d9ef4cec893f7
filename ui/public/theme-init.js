// Runs before the first paint so that a dark page never flashes white. A file of its own, not inline,
// so that the server can forbid inline scripts.
(function () {
  var stored;
  try {
    stored = window.localStorage.getItem('mantine-color-scheme-value');
  } catch {
    stored = null;
  }
  var system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  var scheme = stored === 'dark' || stored === 'light' ? stored : system;
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
