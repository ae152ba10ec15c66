/** What Node has of WebAssembly and we use; TypeScript knows it only with the browser's types. */
declare namespace WebAssembly {
  class Module {
    constructor(binary: Uint8Array);
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module);
    readonly exports: unknown;
  }
  function validate(binary: Uint8Array): boolean;
}
