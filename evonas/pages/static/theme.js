// The look of the page: as the system has it, or as the reader wants it.

function storedTheme() {
  try {
    return localStorage.getItem('evonas-theme') || '';
  } catch {
    return '';
  }
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('evonas-theme', theme);
  } catch { /* then the choice lasts as long as the page */ }
}

function watchTheme() {
  const theme = storedTheme();
  if (theme) document.documentElement.dataset.theme = theme;
}

function isDark() {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function themeButton() {
  const name = () => (isDark() ? 'Light colours' : 'Dark colours');
  watchTheme();
  const button = el('button', { type: 'button', id: 'theme', text: name() });
  button.addEventListener('click', () => {
    setTheme(isDark() ? 'light' : 'dark');
    button.textContent = name();
  });
  return button;
}
