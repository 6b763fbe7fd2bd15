declare abstract class A<T extends string = "x"> extends B<T> implements C { private constructor(a?: string, ...r: any[]); get x(): number; set x(v: number); static readonly y: string; readonly z?: number; protected q(): this; [Symbol.iterator](): I; [k: string]: unknown; }
interface I<T> extends J<T>, K.L { (a: number): void; new (x: string): I<T>; readonly "a-b"?: 1 | -2 | true | null | undefined; m?<U>(this: void, {a, b}: {a: string}): a is string; [Rpc.X]: never; 0: string; [K in keyof T]?: T[K]; }
type F = (a: string, b?: number) => void | Promise<void>; type G = new (...a: any[]) => X; type H = [a: string, b?: number, ...c: T[]]; type Q = [string, number?, ...X[]]; type L = T["a"][number]; type C1 = T extends infer U ? `a${string}` : typeof x; type M = { readonly [P in keyof T as X]-?: T[P] };
declare namespace N { export type X = readonly string[]; const v: unique symbol; function f<T>(x: T): asserts x is string; export { a as b }; enum E { A, B = 1, C = "x" } }
declare module "x:y" { export = N; export function g(): void; let e: { new (x: string): Y }; export default X; }
declare global { interface Z {} }
export declare const c = 3; import { q } from "z"; declare var w: import("x").Y; export interface Exp {} declare enum EE { A = 1 << 2 }
declare function h(x: abstract new () => void): void;
