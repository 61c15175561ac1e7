// The theme: as the system, light or dark.

const THEMES = ["auto", "light", "dark"];
const themeButton = document.getElementById("theme");

function stored(value) {
  // A page opened from a file may have no storage.
  try {
    if (value) localStorage.setItem("prove-theme", value);
    return localStorage.getItem("prove-theme");
  } catch {
    return value;
  }
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const mark = { auto: "◐", light: "☀", dark: "☾" }[theme];
  themeButton.replaceChildren(make("span", "", mark), make("span", "wide", ` ${theme}`));
  themeButton.setAttribute("aria-label", `Theme: ${theme}`);
  themeButton.title = "Theme: as the system, light, dark (t)";
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  setTheme(theme);
  stored(theme);
}

themeButton.addEventListener("click", nextTheme);
themeButton.hidden = false;
setTheme(THEMES.includes(stored()) ? stored() : "auto");
