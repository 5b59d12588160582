/**
 * Keeps the built page, so that it starts without a network: edits that wait in the browser are then seen, and more can be
 * made. `vite.config.ts` writes it as `sw.js`, with the names of the build's files in the place of `FILES`.
 *
 * Files under `assets` have a hash in their names and never change. The page itself and its configuration come from the
 * network as long as there is one. Sheets, messages and tokens are not kept here: nothing under `api` is touched.
 */
const FILES = [];
const VERSION = "";

const PREFIX = "page-";
const CACHE = PREFIX + VERSION;
const CONFIG = "config.json";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(["./", CONFIG, ...FILES])));
});

// A new release waits until no tab shows the old one, which may still load parts of it: then the old files go.
self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith(PREFIX) && name !== CACHE;
  const tidy = async () => {
    for (const name of await caches.keys()) if (old(name)) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== "GET" || origin !== scope.origin || !pathname.startsWith(scope.pathname)) return;
  // The check of the connection wants to know what the network says.
  if (request.cache === "no-store") return;
  const path = pathname.slice(scope.pathname.length);
  if (path.startsWith("assets/")) event.respondWith(kept(request));
  else if (path === CONFIG) event.respondWith(fresh(request, CONFIG));
  // The address names the row, the view, or a sign-in that comes back: the page is the same one.
  else if (request.mode === "navigate" && (path === "" || path === "index.html"))
    event.respondWith(fresh(request, "./"));
});

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function fresh(request, name) {
  try {
    return await fetch(request);
  } catch (error) {
    const known = await caches.match(name);
    if (known) return known;
    throw error;
  }
}
