// The single-algorithm builds of hash-wasm, which its package has no types for.
declare module 'hash-wasm/dist/blake3.umd.min.js' {
  export { createBLAKE3 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/blake2b.umd.min.js' {
  export { createBLAKE2b } from 'hash-wasm';
}
