// Stands for a Durable Object class while no Worker runs: the same data, without the code.
import { DurableObject } from "cloudflare:workers";
import { addDataMethods } from "./object_methods.js";

export const storedObject = () => {
  const stored = class extends DurableObject {
    // Due while the data is only looked at: it stays due, for this process ends before the hour does.
    async alarm() {
      await scheduler.wait(3600 * 1000);
    }
  };
  addDataMethods(stored);
  return stored;
};
