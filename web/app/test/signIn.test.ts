import { webcrypto } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSettings, type Settings } from "../src/session/settings";
import { backFromSignIn, signInPlace, wayToSignIn } from "../src/session/signIn";

const place = {
  authorizeUrl: "https://sign.example/oauth2/authorize",
  tokenUrl: "https://sign.example/oauth2/token",
  clientId: "page",
};
const here = { origin: "https://sheet.example", pathname: "/", search: "?team=platform&cycle=2026-W47" };

let kept: Map<string, string>;
let tab: Settings;
beforeEach(() => {
  // jsdom has no `subtle`; browsers have it wherever a page comes over https.
  vi.stubGlobal("crypto", webcrypto);
  kept = new Map();
  tab = createSettings(() => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }));
});
afterEach(() => vi.unstubAllGlobals());

const answering = (status: number, body: unknown) => {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal("fetch", fetch);
  return fetch;
};
const back = (query: Record<string, string>) => ({ ...here, search: `?${new URLSearchParams(query)}` });

test("who goes to sign in comes back with a token, to where they were going", async () => {
  const way = new URL(await wayToSignIn(place, here, tab));
  expect(way.origin + way.pathname).toBe(place.authorizeUrl);
  const query = Object.fromEntries(way.searchParams);
  expect(query).toMatchObject({
    response_type: "code",
    client_id: "page",
    redirect_uri: "https://sheet.example/",
    code_challenge_method: "S256",
  });
  const fetch = answering(200, { id_token: "a.b.c" });
  expect(await backFromSignIn(place, back({ code: "42", state: query.state ?? "" }), tab)).toEqual({
    token: "a.b.c",
    to: "/?team=platform&cycle=2026-W47",
  });
  const [url, init] = fetch.mock.calls[0] ?? [];
  const sent = Object.fromEntries(init?.body as URLSearchParams);
  expect(url).toBe(place.tokenUrl);
  expect(sent).toMatchObject({
    grant_type: "authorization_code",
    code: "42",
    redirect_uri: "https://sheet.example/",
  });
  // The challenge was made of the verifier that is sent only now.
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sent.code_verifier as string));
  expect(Buffer.from(hash).toString("base64url")).toBe(query.code_challenge);
});

test("an address alone signs nobody in", async () => {
  const fetch = answering(200, { id_token: "a.b.c" });
  await expect(backFromSignIn(place, back({ code: "42", state: "made-up" }), tab)).rejects.toThrow(
    "sign in again",
  );
  const state = new URL(await wayToSignIn(place, here, tab)).searchParams.get("state") ?? "";
  await expect(backFromSignIn(place, back({ code: "42", state: "another" }), tab)).rejects.toThrow(
    "sign in again",
  );
  await expect(backFromSignIn(place, back({ code: "42", state }), tab)).rejects.toThrow("sign in again");
  expect(fetch).not.toHaveBeenCalled();
});

test("a refusal is said, and anybody else is left alone", async () => {
  expect(await backFromSignIn(place, here, tab)).toBeNull();
  const state = async () => new URL(await wayToSignIn(place, here, tab)).searchParams.get("state") ?? "";
  await expect(
    backFromSignIn(place, back({ error: "access_denied", state: await state() }), tab),
  ).rejects.toThrow("access_denied");
  answering(400, { error: "invalid_grant" });
  await expect(backFromSignIn(place, back({ code: "42", state: await state() }), tab)).rejects.toThrow("400");
});

test("half a place, or one without https, is none", () => {
  expect(signInPlace(place)).toEqual(place);
  for (const bad of [
    null,
    undefined,
    {},
    { ...place, clientId: 1 },
    { ...place, tokenUrl: "http://sign.example" },
    { ...place, authorizeUrl: "javascript:alert(1)" },
  ])
    expect(signInPlace(bad)).toBeNull();
});

test("where the browser keeps nothing, nobody is sent away to sign in: they could not come back", async () => {
  const blocked = createSettings(() => {
    throw new DOMException("Access is denied for this document.", "SecurityError");
  });
  await expect(wayToSignIn(place, here, blocked)).rejects.toThrow("This browser keeps nothing");
  await expect(backFromSignIn(place, back({ code: "42", state: "x" }), blocked)).rejects.toThrow("is over");
});
