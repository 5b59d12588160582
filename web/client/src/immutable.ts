/** A type of the wire as the client holds it: nothing in it is ever changed in place. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;
