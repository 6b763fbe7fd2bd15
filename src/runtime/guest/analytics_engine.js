// Analytics Engine: what the Worker writes is kept, one table a dataset, with the columns that the platform's SQL API has.
// https://developers.cloudflare.com/analytics/analytics-engine/sql-reference/
//
// workerd sends each data point here as JSON, a field a column; `ctx.props.dataset` says where it belongs, or a header
// (stores.js).
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

const MOST = 20; // blobs, and doubles
const numbered = (name) => Array.from({ length: MOST }, (_, index) => `${name}${index + 1}`);
const BLOBS = ["index1", ...numbered("blob")];
const DOUBLES = numbered("double");
const COLUMNS = ["timestamp", "dataset", "_sample_interval", ...BLOBS, ...DOUBLES];
const decoder = new TextDecoder();

export default class extends WorkerEntrypoint {
  async fetch(request) {
    const dataset = this.ctx.props.dataset ?? decodeURIComponent(request.headers.get("x-pyw-store"));
    await this.env.POINTS.getByName("points").write(dataset, await request.json());
    return new Response(null, { status: 204 });
  }
}

export class Points extends DurableObject {
  write(dataset, point) {
    const table = quoted(dataset);
    const values = [
      new Date().toISOString().slice(0, 19).replace("T", " "),
      dataset,
      1,
      ...BLOBS.map((name) => textOf(point[name])),
      ...DOUBLES.map((name) => Number(point[name] ?? 0)),
    ];
    const { sql } = this.ctx.storage;
    sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (${COLUMNS.map(declared)})`);
    sql.exec(`INSERT INTO ${table} VALUES (${values.map(() => "?")})`, ...values);
  }

  // {dataset: how many data points}
  counts() {
    const { sql } = this.ctx.storage;
    const tables = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'");
    return Object.fromEntries(tables.toArray().map(({ name }) => [name, sql.exec(`SELECT count(*) AS n FROM ${quoted(name)}`).one().n]));
  }

  // The rows of each statement; data points are written by the Worker alone.
  query(statements) {
    const { storage } = this.ctx;
    return storage.transactionSync(() => statements.map((statement) => {
      const cursor = storage.sql.exec(statement);
      const rows = cursor.toArray();
      if (cursor.rowsWritten > 0) throw new Error("data points can be read only");
      return rows;
    }));
  }
}

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
const declared = (name) => `${name} ${DOUBLES.includes(name) ? "REAL" : name === "_sample_interval" ? "INTEGER" : "TEXT"}`;

// Bytes come as a list of numbers.
function textOf(value = "") {
  return Array.isArray(value) ? decoder.decode(new Uint8Array(value)) : String(value);
}
