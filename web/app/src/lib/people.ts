/** People's marks on the screen: initials, and ink that can be read on their colour. */

/** Two letters of a name: of its first and last word, or of its only one. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const [first = "?", second = ""] = [...(words[0] ?? "?")];
  if (words.length < 2) return first.toUpperCase() + (/\p{L}/u.test(second) ? second.toLowerCase() : "");
  return (first + ([...(words.at(-1) ?? "")][0] ?? "")).toUpperCase();
}

/** Relative luminance (WCAG 2) of `#rgb` or `#rrggbb`; null for anything else. */
function luminance(color: string): number | null {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color)?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
  const channel = (at: number) => {
    const c = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4);
}

/** A colour the screen may use as it came; anything that is not a plain hex colour becomes one made from the id. */
export function personColor(color: string, id: string): string {
  if (luminance(color) !== null) return color;
  const palette = [
    ...["#b4491f", "#7a5c00", "#2f6f3e", "#00696f", "#2559b8", "#6b45b8", "#a02c74", "#5a6068"],
    ...["#8a3b12", "#4d6b00", "#11694f", "#1d5f8a", "#4453c4", "#8e3fa8", "#b3264f", "#6e5b4a"],
  ];
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return palette[sum % palette.length] ?? "#5a6068";
}

/** Black or white, whichever reads better on the colour; one of them always reaches 4.5 to 1. */
export function inkOn(color: string): "#000000" | "#ffffff" {
  const l = luminance(color) ?? 0;
  return (l + 0.05) / 0.05 > 1.05 / (l + 0.05) ? "#000000" : "#ffffff";
}

/** What a person's state is called. */
export function stateWord(status: "active" | "typing" | "idle" | "away" | undefined): string {
  return status === "typing" ? "typing" : status === "idle" ? "idle" : status === "away" ? "away" : "here";
}
