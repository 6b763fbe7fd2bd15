// D1: https://developers.cloudflare.com/api/resources/d1/
import { ApiError, jsonBody, resource, succeeded } from "./envelope.js";
import { statementsOf } from "./sql.js";

const BASE = "/d1/database/:id";
// A question that the database service of workerd answers with a dump.
const EXPORT = "PRAGMA miniflare_d1_export(?,?,?);";

export const d1 = [
  ["POST", `${BASE}/query`, query],
  ["POST", `${BASE}/dump`, dump],
];

// All statements in one transaction: an error leaves the database as it was.
async function query({ request, env }, id) {
  const { sql, params = [] } = await jsonBody(request);
  const database = resource(env, "d1", id);
  const statements = statementsOf(sql);
  if (params.length > 0 && statements.length > 1) {
    throw new ApiError(400, 7500, "parameters are for one statement");
  }
  const results = await database.batch(statements.map((text) => database.prepare(text).bind(...params)));
  return succeeded(results.map(({ results, success, meta }) => ({ results, success, meta })));
}

// {no_schema, no_data, tables} -> the database as statements, each on a line of its own.
async function dump({ request, env }, id) {
  const { no_schema = false, no_data = false, tables = [] } = await jsonBody(request);
  const [statements] = await resource(env, "d1", id)
    .prepare(EXPORT)
    .bind(Number(no_schema), Number(no_data), ...tables)
    .raw();
  return succeeded({ sql: statements.join("\n") + "\n" });
}
