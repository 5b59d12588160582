/** Keys as the actions name them: `Ctrl+Alt+M`, `Shift+F2`, `?`. */

/** Returns the chord that a key event stands for. ⌘ counts as Ctrl, and a letter is the same with Alt, which makes another of it on a Mac. */
export function chordOf(event: KeyboardEvent): string {
  const { ctrlKey, metaKey, altKey, shiftKey, code } = event;
  const letter = altKey && /^Key[A-Z]$/.test(code) ? code.slice(3) : event.key;
  const key = letter === " " ? "Space" : letter.length === 1 ? letter.toUpperCase() : letter;
  // Which keys need Shift for a sign differs between keyboards: `?` is `?` on all of them.
  const isSign = [...key].length === 1 && !/\p{L}|\p{N}/u.test(key);
  return [(ctrlKey || metaKey) && "Ctrl", altKey && "Alt", shiftKey && !isSign && "Shift", key]
    .filter(Boolean)
    .join("+");
}

/** Whether a chord writes a character where a text is being written. */
export function writes(chord: string): boolean {
  const key = chord.replace(/^Shift\+/, "");
  return key === "Space" || [...key].length === 1;
}

const ON_A_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SIGNS: { readonly [key: string]: string } = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** Returns a chord as it is printed on the keys of this device. */
export function printed(chord: string, isMac = ON_A_MAC): string {
  const plain = chord.replace(/Arrow\w+/g, (key) => SIGNS[key] ?? key);
  return isMac ? plain.replaceAll("Ctrl", "⌘").replaceAll("Alt", "⌥") : plain;
}
