/** What an issuer says of itself, held against what the functions will demand. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { issuer } from "../lib/preflight.ts";
import { settings } from "./stage.ts";

const oidc = settings("dev", { identity: "oidc", issuer: "https://id.example/" });

function answering(context: TestContext, answers: Readonly<Record<string, unknown>>): void {
  context.mock.method(globalThis, "fetch", async (url: string) => {
    const path = new URL(url).pathname;
    return path in answers ? Response.json(answers[path]) : new Response(null, { status: 404 });
  });
}

const CONFIGURATION = "/.well-known/openid-configuration";
const KEYS = "/.well-known/jwks.json";
const said = { issuer: "https://id.example/", jwks_uri: "https://id.example/.well-known/jwks.json" };

test("an issuer that says of itself what tokens will carry is well", async (context) => {
  answering(context, { [CONFIGURATION]: said, [KEYS]: { keys: [{ kty: "RSA" }] } });
  assert.equal(await issuer(oidc), null);
});

test("where the page signs people in is where the issuer says that it does", async (context) => {
  const [authorizeUrl, tokenUrl] = ["https://id.example/authorize", "https://id.example/token"];
  const page = settings("dev", { identity: "oidc", issuer: "https://id.example/", authorizeUrl, tokenUrl });
  const answers = (places: Readonly<Record<string, string>>) =>
    answering(context, { [CONFIGURATION]: { ...said, ...places }, [KEYS]: { keys: [{ kty: "EC" }] } });
  answers({ authorization_endpoint: authorizeUrl, token_endpoint: tokenUrl });
  assert.equal(await issuer(page), null);
  answers({ authorization_endpoint: "https://id.example/login", token_endpoint: tokenUrl });
  assert.match((await issuer(page)) ?? "", /signs people in at https:\/\/id\.example\/login.*authorizeUrl/);
  answers({ authorization_endpoint: authorizeUrl, token_endpoint: "https://id.example/t" });
  assert.match((await issuer(page)) ?? "", /gives tokens at https:\/\/id\.example\/t.*tokenUrl/);
});

test("another name, another place for keys, no usable key, no answer: each is said", async (context) => {
  answering(context, { [CONFIGURATION]: { ...said, issuer: "https://id.example" } });
  assert.match(
    (await issuer(oidc)) ?? "",
    /calls itself https:\/\/id\.example: write exactly that into issuer/,
  );
  answering(context, { [CONFIGURATION]: { ...said, jwks_uri: "https://id.example/keys" } });
  assert.match((await issuer(oidc)) ?? "", /has its keys at https:\/\/id\.example\/keys.*jwksUrl/);
  answering(context, { [CONFIGURATION]: said, [KEYS]: { keys: [{ kty: "oct" }] } });
  assert.match((await issuer(oidc)) ?? "", /publishes no RSA or EC key/);
  answering(context, {});
  assert.match((await issuer(oidc)) ?? "", /does not answer .*404/);
});
