// Stands behind every page in development: loads it again when the Worker was reloaded, and shows on it why a save
// did not come up. It listens only while the page is visible: browsers keep at most six connections to a server.
(() => {
  let source;
  let shownFirst;
  let box;

  function reload() {
    source.close();
    location.reload();
  }

  function greet(session) {
    const now = `${session.id}/${session.generation}`;
    shownFirst ??= now;
    // While nothing listened, or pyw itself was started again.
    if (now !== shownFirst && session.serving) reload();
    else if (session.error) show(session.error);
    else hide();
  }

  function show(text) {
    if (document.querySelector("script[data-failure]")) return; // the page itself is about an error
    hide();
    box = document.createElement("pyw-error");
    const root = box.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet(); // not subject to the page's policy for styles
    style.replaceSync(`:host { position: fixed; inset: auto 1rem 1rem; z-index: 2147483647; color-scheme: light dark }
      section { max-height: 60vh; overflow: auto; padding: .75rem 1rem; border-radius: 8px;
        font: 14px/1.5 system-ui, sans-serif; color: light-dark(#222, #eee); background: light-dark(#fff, #222);
        border: 2px solid light-dark(#b3261e, #ff8a80); box-shadow: 0 4px 24px #0006 }
      pre { font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; margin: .5rem 0 0 }
      button { float: right; font: inherit }`);
    root.adoptedStyleSheets = [style];
    const section = document.createElement("section");
    section.setAttribute("role", "alert");
    const close = document.createElement("button");
    close.textContent = "Hide";
    close.onclick = hide;
    const note = document.createElement("strong");
    note.textContent = "The saved code does not run; this page is of the code before";
    const details = document.createElement("pre");
    details.textContent = text;
    section.append(close, note, details);
    root.append(section);
    document.body.append(box);
  }

  function hide() {
    box?.remove();
    box = undefined;
  }

  function listen() {
    source?.close();
    if (document.visibilityState !== "visible") return;
    source = new EventSource("/cdn-cgi/pyw/events");
    source.addEventListener("hello", (event) => greet(JSON.parse(event.data)));
    source.addEventListener("reloaded", reload);
    source.addEventListener("failed", (event) => show(JSON.parse(event.data).error));
    source.addEventListener("unchanged", hide);
  }

  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  listen();
})();
