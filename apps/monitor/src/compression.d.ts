/** What is used of the package, which brings no types. */
declare module 'compression' {
  import { type IncomingMessage, type ServerResponse } from 'node:http';

  function compression(options: {
    readonly filter: (request: IncomingMessage, response: ServerResponse) => boolean;
  }): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

  namespace compression {
    /** Whether bytes of the answer's type are fewer when compressed. */
    function filter(request: IncomingMessage, response: ServerResponse): boolean;
  }

  export = compression;
}
