interface M { a: A; b: M; c: M["a"]; d: M[keyof M] }
interface A { inputs: { x: string } | { y: M["b"]["c"] }; out: A["inputs"] & { z: 1 } }
type Deep<T extends keyof M, U extends keyof M> = M[T][U][T][U] & M[keyof M][keyof M] & { stream: true };
declare function run<N extends keyof M>(n: N, i: M[N]["inputs"] & M[N][N][N] & { stream: true }, d: Deep<N, N>): M[N] & { r: N };
