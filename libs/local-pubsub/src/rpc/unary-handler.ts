import { type handleUnaryCall, type MethodDefinition } from '@grpc/grpc-js';
import { unimplemented } from '../status-error';

/** The handlers of a service's unary methods, with its messages' types. */
export type UnaryHandlers<Definition> = {
  [Name in keyof Definition]: Definition[Name] extends MethodDefinition<infer Request, infer Response>
    ? handleUnaryCall<Request, Response>
    : never;
};

type UnaryDefinition = Readonly<Record<string, MethodDefinition<Buffer, Buffer>>>;

/** Answers with what the function gives; what it throws becomes the call's status. */
export function handle<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const answered = async (): Promise<Response> => answer(call.request);
    answered().then(
      (response) => callback(null, response),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  };
}

/** Refuses a method of a part of the API that this server does not have, with a sentence that says so. */
export const refuse = (sentence: string): handleUnaryCall<Buffer, Buffer> =>
  handle(() => {
    throw unimplemented(sentence);
  });

export const SNAPSHOTS_REFUSED = 'Snapshots are not implemented by the local server: seek to a time instead.';

/** A schema service that refuses every method. */
export function refuseSchemas(definition: UnaryDefinition): Record<string, handleUnaryCall<Buffer, Buffer>> {
  const refusal = refuse('Schemas are not implemented by the local server: check messages where they are published.');
  return Object.fromEntries(Object.keys(definition).map((name) => [name, refusal]));
}
