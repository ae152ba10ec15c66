/** The monitor said no, or could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** Asks the monitor. path: segments after /api, not yet encoded. Throws ApiError. */
export async function ask<T>(path: readonly string[], parameters: Parameters, signal: AbortSignal): Promise<T> {
  return (await answered(fetch(address(path, parameters), { signal }))) as T;
}

/** Has the monitor do something. A fresh key each time: what is sent twice by the network happens once. */
export async function act<T>(path: readonly string[], body: unknown, token: string): Promise<T> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': crypto.randomUUID(),
  };
  return (await answered(fetch(address(path, {}), { method: 'POST', headers, body: JSON.stringify(body) }))) as T;
}

export function address(path: readonly string[], parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  const text = query.size > 0 ? `?${query.toString()}` : '';
  return `/api/${path.map(encodeURIComponent).join('/')}${text}`;
}

async function answered(response: Promise<Response>): Promise<unknown> {
  let answer: Response;
  try {
    answer = await response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The monitor does not answer.');
  }
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text === '' ? 'null' : text);
  throw new ApiError(answer.status, reasonIn(text) ?? `The monitor answered ${answer.status} ${answer.statusText}.`);
}

/** What Nest puts into the body of an error. */
function reasonIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (Array.isArray(message)) return message.join('; ');
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return undefined;
  }
}
