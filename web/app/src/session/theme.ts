/** Light, dark, or as the device says. The choice is this browser's. */
import { settings } from "./settings";

export type Theme = "auto" | "light" | "dark";

export function savedTheme(): Theme {
  const saved = settings.get("theme");
  return saved === "light" || saved === "dark" ? saved : "auto";
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  settings.set("theme", theme);
}
