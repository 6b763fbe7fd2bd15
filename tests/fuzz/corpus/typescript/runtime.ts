/** Options. */
interface PutOptions<T = string> { expirationTtl?: number; metadata?: T | null; "a-b"?: string; from: Date }
interface KVNamespace<Key extends string = string> {
  get(key: Key, options?: Partial<PutOptions<undefined>>): Promise<string | null>;
  get<V = unknown>(key: Key, type: "json"): Promise<V | null>;
  list(): Promise<{ done: false; cursor: string } | { done: true }>;
}
type Events = { open: Event; message: MessageEvent };
declare class Event { constructor(type: string, init?: { bubbles?: boolean }); get type(): string; }
declare class MessageEvent extends Event { readonly data: any; }
declare class EventTarget<M extends Record<string, Event> = Record<string, Event>> {
  addEventListener<K extends keyof M>(type: K, handler: (event: M[K]) => void, options?: { once?: boolean } | boolean): void;
}
declare var WebSocket: { prototype: WebSocket; new (url: string): WebSocket; readonly OPEN: number };
interface WebSocket extends EventTarget<Events> { send(message: (ArrayBuffer | ArrayBufferView) | string): void; }
interface Stream<R = any> { tee(): [Stream<R>, Stream<R>]; [Symbol.asyncIterator](): AsyncIterableIterator<R>; }
declare namespace N { type T = Omit<PutOptions, "from"> & { x: N.U[] }; interface U extends Record<string, unknown> { t?: T } }
declare module "m:n" { export abstract class C { run(x: N.T): Promise<void>; } export { C as D }; }
type Deep<T> = T extends (infer U)[] ? Deep<U> : { [K in keyof T]: Deep<T[K]> };
