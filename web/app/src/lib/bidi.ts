/** Other people's words inside a sentence of ours, so that what turns their direction turns nothing else. */

/** Letters of scripts written from right to left, and the controls that turn a direction. */
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;

/** The text between isolating controls where it needs them (UAX #9: FSI and PDI); else the text. */
export const isolated = (text: string): string => (TURNS.test(text) ? `\u2068${closed(text)}\u2069` : text);

/** A stray closing control would end the isolation early; as many are added as are missing, none is taken away. */
function closed(text: string): string {
  let depth = 0;
  let before = "";
  for (const char of text) {
    if (/[\u2066-\u2068]/.test(char)) depth += 1;
    else if (char === "\u2069") {
      if (depth > 0) depth -= 1;
      else before += "\u2068";
    }
  }
  return before + text + "\u2069".repeat(depth);
}
