// A script of SQL as its statements. SQLite ends a statement at a semicolon that stands outside of quotes,
// comments and the body of a trigger (https://sqlite.org/lang.html).
import { ApiError } from "./envelope.js";

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|[A-Za-z_]\w*|;|\s+|[\s\S]/g;
const TRIGGER = /^CREATE (TEMP |TEMPORARY )?TRIGGER$/;

// The statements, one at least.
export function statementsOf(script) {
  const statements = split(script);
  if (statements.length === 0) throw new ApiError(400, 7500, "No SQL statements detected.");
  return statements;
}

function split(script) {
  const statements = [];
  let text = "";
  let words = []; // the first words of the statement
  let isCode = false; // it holds more than comments
  let depth = 0; // of BEGIN and CASE in a trigger
  const finish = () => {
    if (isCode) statements.push(text.trim());
    text = "";
    words = [];
    isCode = false;
    depth = 0;
  };
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ";" && depth === 0) {
      finish();
      continue;
    }
    text += token;
    if (/^(--|\/\*|\s)/.test(token)) continue;
    isCode = true;
    if (!/^[A-Za-z_]/.test(token)) continue;
    const word = token.toUpperCase();
    if (words.length < 3) words.push(word);
    const inTrigger = TRIGGER.test(words.slice(0, 3).join(" ")) || TRIGGER.test(words.slice(0, 2).join(" "));
    if (!inTrigger) continue;
    if (word === "BEGIN" || word === "CASE") depth += 1;
    if (word === "END") depth -= 1;
  }
  finish();
  return statements;
}
