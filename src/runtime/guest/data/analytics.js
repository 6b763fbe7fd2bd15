// Analytics Engine: https://developers.cloudflare.com/analytics/analytics-engine/sql-api/, in SQLite's SQL.
import { resource, succeeded } from "./envelope.js";
import { statementsOf } from "./sql.js";

export const analytics = [
  ["GET", "/analytics_engine/datasets", list],
  ["POST", "/analytics_engine/sql", query],
];

const points = (env) => resource(env, "analytics", "points").getByName("points");

async function list({ env }) {
  const counts = env.RESOURCES.analytics.length ? await points(env).counts() : {};
  return succeeded(env.RESOURCES.analytics.map((item) => ({ ...item, points: counts[item.dataset] ?? 0 })));
}

// The body is the SQL.
async function query({ request, env }) {
  const statements = statementsOf(await request.text());
  const sets = await points(env).query(statements);
  return succeeded(sets.map((results) => ({ results, success: true, meta: {} })));
}
