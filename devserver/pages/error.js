// Fills in an error page: the frames with their code, the locals when asked for, and the request.
(async () => {
  const name = document.currentScript.dataset.failure;
  if (!name) return;
  const place = document.getElementById("details");

  function make(tag, text, ...children) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    element.append(...children);
    return element;
  }

  // The description comes by another way than the page, and may be a moment later.
  async function ask(path) {
    for (let attempt = 0; attempt < 10; attempt++) {
      const answer = await fetch(`/cdn-cgi/pyw/dev/${path}`);
      if (answer.ok) return answer.json();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  function frameShown(frame) {
    const code = make("pre");
    for (const { line, text } of frame.code) {
      const row = make(line === frame.line ? "mark" : "span", `${String(line).padStart(5)}  ${text}\n`);
      code.append(row);
    }
    const parts = [make("h2", `${frame.path}:${frame.line} in ${frame.function}`), code];
    if (frame.locals?.length) {
      const rows = frame.locals.map(([key, value]) => make("tr", "", make("th", key), make("td", value)));
      parts.push(make("details", "", make("summary", "Local variables"), make("table", "", ...rows)));
    }
    return make("section", "", ...parts);
  }

  const failure = await ask(`failures/${name}`);
  if (failure?.frames?.length) {
    // The innermost first: that is where to look.
    place.append(...failure.frames.toReversed().map(frameShown));
  }
  if (name !== "start") {
    const request = await ask(`requests/${name}`);
    if (request) {
      const rows = request.requestFields.map(([key, value]) => make("tr", "", make("th", key), make("td", value)));
      const details = make("details", "", make("summary", "Header fields"), make("table", "", ...rows));
      place.append(make("h2", "The request"), make("pre", `${request.method} ${request.target}`), details);
      if (request.body) place.append(make("pre", request.body));
    }
  }
  place.dataset.filled = "yes";
})();
