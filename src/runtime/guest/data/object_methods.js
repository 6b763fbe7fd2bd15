// What the local data API asks of a Durable Object: used by the Worker's own classes (../entrypoint.js) and, while no Worker
// runs, by classes that stand for them on the same data (stored_object.js).

// The methods by which an object is asked; both arrive by RPC.
export const QUERY = "__pyw_query";
export const ERASE = "__pyw_erase";
// How the end of an object that was erased begins.
export const ERASED = "pyw: the object was deleted";

const METHODS = { [QUERY]: query, [ERASE]: erase };

export function addDataMethods(objectClass) {
  for (const [name, method] of Object.entries(METHODS)) {
    Object.defineProperty(objectClass.prototype, name, { value: method, configurable: true });
  }
}

// All statements or none -> [{results, rows_read, rows_written}]
function query(statements) {
  const { storage } = this.ctx;
  return storage.transactionSync(() => statements.map((statement) => {
    const cursor = storage.sql.exec(statement);
    const results = cursor.toArray().map((row) => Object.fromEntries(Object.entries(row).map(plain)));
    return { results, rows_read: cursor.rowsRead, rows_written: cursor.rowsWritten };
  }));
}

// As D1 shows a blob.
const plain = ([name, value]) => [name, value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value];

// The object begins anew with the next call: what it keeps in memory goes with its data.
async function erase() {
  const { storage } = this.ctx;
  await storage.deleteAlarm();
  await storage.deleteAll();
  await storage.sync();
  this.ctx.abort(ERASED);
}
