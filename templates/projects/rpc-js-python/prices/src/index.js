import { WorkerEntrypoint } from "cloudflare:workers";

const CENTS_PER_100_GRAMS = { sencha: 349.5, gyokuro: 899 };
const DISCOUNT = 0.1;

export default class Prices extends WorkerEntrypoint {
  // For the shop. `round` is a function of the caller, in Python.
  async quote(tea, count, round) {
    const price = CENTS_PER_100_GRAMS[tea];
    if (price === undefined) throw new Error(`there is no tea called ${tea}`);
    return await round(price * count * (1 - DISCOUNT));
  }

  async fetch() {
    return Response.json(CENTS_PER_100_GRAMS);
  }
}
