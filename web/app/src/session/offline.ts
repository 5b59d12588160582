/** Lets the browser keep the page, so that it starts without a network (`worker.js`). */
export function keepPage(): void {
  // The development server's files change under its hands. A browser that keeps nothing refuses, and the page works.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = () => void navigator.serviceWorker.register("sw.js").catch(() => {});
  // The sheet first: the rest of the page's files is fetched when it is there.
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
