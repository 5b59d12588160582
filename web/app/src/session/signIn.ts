/**
 * Signing in at an OpenID provider: the authorization code flow with PKCE, so that no token is ever in an address.
 * What must survive the way there and back is kept in this tab alone, and is used once.
 */

import type { Settings } from "./settings";

/** Where people sign in, as the page's configuration names it. */
export interface SignInPlace {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
}

interface Kept {
  readonly state: string;
  readonly verifier: string;
  /** Where the person was going: path and query of this page. */
  readonly to: string;
}

type Where = Pick<Location, "origin" | "pathname" | "search">;

const isKept = (value: unknown): value is Kept => {
  const { state, verifier, to } = (value ?? {}) as Partial<Kept>;
  return [state, verifier, to].every((part) => typeof part === "string");
};

/** The place in a configuration, if it names a whole one. */
export function signInPlace(config: unknown): SignInPlace | null {
  const { authorizeUrl, tokenUrl, clientId } = (config ?? {}) as Partial<SignInPlace>;
  const whole = [authorizeUrl, tokenUrl].every(
    (url) => typeof url === "string" && url.startsWith("https://") && URL.canParse(url),
  );
  return whole && typeof clientId === "string" ? ({ authorizeUrl, tokenUrl, clientId } as SignInPlace) : null;
}

/** Returns the address to go to. Fails where this browser keeps nothing: nobody could be known on the way back. */
export async function wayToSignIn(
  place: SignInPlace,
  where: Where,
  settings: Pick<Settings, "set">,
): Promise<string> {
  const kept: Kept = { state: random(), verifier: random(), to: where.pathname + where.search };
  if (!settings.set("signing-in", JSON.stringify(kept)))
    throw new Error("This browser keeps nothing for this page. Allow it to store site data, then sign in.");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(kept.verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: place.clientId,
    redirect_uri: `${where.origin}/`,
    scope: "openid profile",
    state: kept.state,
    code_challenge: base64url(new Uint8Array(hash)),
    code_challenge_method: "S256",
  });
  return `${place.authorizeUrl}?${query}`;
}

/** The token of a person who has just come back, and where they were going; `null` for anybody else. */
export async function backFromSignIn(
  place: SignInPlace,
  where: Where,
  settings: Pick<Settings, "json" | "set">,
): Promise<{ readonly token: string; readonly to: string } | null> {
  const query = new URLSearchParams(where.search);
  const [state, code, error] = [query.get("state"), query.get("code"), query.get("error")];
  if (!state || !(code || error)) return null;
  const kept = settings.json<Kept | null>("signing-in", isKept, null);
  settings.set("signing-in", null);
  // Somebody else's way back, or one that was gone already: nobody is signed in by an address alone.
  if (kept?.state !== state) throw new Error("This way of signing in is over. Please sign in again.");
  if (!code) throw new Error(`You could not be signed in (${error}). Please try again.`);
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: place.clientId,
    code,
    redirect_uri: `${where.origin}/`,
    code_verifier: kept.verifier,
  });
  const response = await fetch(place.tokenUrl, { method: "POST", body });
  const said = (await response.json().catch(() => ({}))) as { id_token?: unknown };
  if (!response.ok || typeof said.id_token !== "string")
    throw new Error(`You could not be signed in (${response.status}). Please try again.`);
  return { token: said.id_token, to: kept.to };
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
