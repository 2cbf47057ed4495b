// What the other files claim types with.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Alike<A, B> = [A, B] extends [B, A] ? true : false;

/** Compiles where both types are the same, `any` being the same as nothing else. */
export function same<A, B>(..._proof: Equal<A, B> extends true ? [] : ["the types differ"]): void {}

/** Compiles where each type is as good as the other: what tRPC makes of a type with `unknown` in it is a copy. */
export function alike<A, B>(..._proof: Alike<A, B> extends true ? [] : ["the types differ"]): void {}

/** What an iterable gives. */
export type ItemOf<T> = T extends AsyncIterable<infer Item, unknown, unknown> ? Item : never;
