/** What the codes of the wire mean to a person, in the page's own words; what the server says of the case follows. */
import { type Code, isCode } from "@cyclesheet/client";

interface CodeText {
  /** A sentence that stands for itself. */
  readonly says: string;
  /** Where what the server says of the case belongs: what would be right, who holds a row, when to come again. */
  readonly case: "after" | "instead" | "nowhere";
  /** How it is shown, where nothing went wrong. */
  readonly tone?: "info";
}

/** Every code of the registry: the compiler says which one is missing. */
const TEXTS: { readonly [code in Code]: CodeText } = {
  CONFLICT: { says: "Someone else edited this too.", case: "after" },
  LOCKED: { says: "This cannot be changed right now.", case: "instead" },
  FORBIDDEN: { says: "Your role does not allow this.", case: "after" },
  REVOKED: {
    says: "You were removed from this team. Ask an administrator if that is a mistake.",
    case: "nowhere",
  },
  RATE_LIMITED: { says: "You are sending changes faster than the server accepts them.", case: "after" },
  SUPERSEDED: { says: "A later edit of yours took the place of this one.", case: "nowhere" },
  INVALID_VALUE: { says: "This value is not allowed here.", case: "after" },
  UNKNOWN_TARGET: { says: "This was removed.", case: "after" },
  PAYLOAD_TOO_LARGE: { says: "Too long to send in one go.", case: "after" },
  MALFORMED: { says: "The server did not understand this page. Reload it.", case: "after" },
  UNSUPPORTED: { says: "This page is older than its server. Reload it.", case: "nowhere" },
  TOKEN_EXPIRED: { says: "Your sign-in has ended. Open a fresh sign-in link.", case: "nowhere" },
  NOT_FOUND: { says: "This does not exist.", case: "instead" },
  UNCHANGED: { says: "The sheet stays as it is.", case: "after", tone: "info" },
  BUSY: { says: "The server is busy. Try again in a moment.", case: "instead" },
};

/** What a refusal or an answer says to a person. */
export function refusalText({ code, message }: { readonly code: string; readonly message: string }): {
  readonly text: string;
  readonly tone: "info" | "bad";
} {
  const words = isCode(code) ? TEXTS[code] : null;
  const of = sentence(message);
  if (words === null) return { text: of || `The server answered ${code}.`, tone: "bad" };
  const where = of === "" ? "nowhere" : words.case;
  const text = where === "after" ? `${words.says} ${of}` : where === "instead" ? of : words.says;
  return { text, tone: words.tone ?? "bad" };
}

/** The server speaks in parts of sentences. */
function sentence(message: string): string {
  const text = message.trim();
  if (text === "") return "";
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?…”]$/.test(text) ? "" : "."}`;
}

/** Why there is no model's answer, and what the rows are instead. The reason comes first: it is what can be changed. */
export function fallbackWords(note: string, messages: number): string {
  // The note begins with what this sentence says already.
  const reason = note.replace(/^Made without the model(: |\.\s*)/, "").trim();
  const why = reason === "" ? "No model answered." : `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`;
  const count =
    messages > 0 ? ` (${messages.toLocaleString("en-GB")} message${messages === 1 ? "" : "s"})` : "";
  return `${/[.!?]$/.test(why) ? why : `${why}.`} One row per Slack thread instead${count}.`;
}
