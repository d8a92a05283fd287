/** Dark or light: the system decides until a person does. */
import { useState } from "react";

export type Theme = "system" | "light" | "dark";
const KEY = "dd0c-theme";

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : "system";
  } catch {
    // Storage is refused in some private windows: the system's theme is the right answer there.
    return "system";
  }
}

export function applyTheme(theme: Theme = stored()): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(stored);
  return [
    theme,
    (next) => {
      setTheme(next);
      applyTheme(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // The choice then holds for this page only.
      }
    },
  ];
}
