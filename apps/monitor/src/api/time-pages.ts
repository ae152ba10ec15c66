/** Where a page of what happened at a time ends: `<time>~<id>`. */
export const TIME_CURSOR = /^\d{4}-\d{2}-\d{2}T[\d:.]{8,15}Z~[\w-]{1,200}$/;

interface TimeColumns {
  readonly time: string;
  readonly id: string;
}

/** The end of a SELECT of what is newest, from a cursor on, and its parameters: one row more than the limit tells of a next page. */
export function newestFirst({ time, id }: TimeColumns, before: string | undefined, limit: number) {
  const [at = '', last = ''] = before?.split('~') ?? [];
  const earlier =
    before === undefined
      ? ''
      : `WHERE ${time} < CAST(@at AS TIMESTAMP) OR (${time} = CAST(@at AS TIMESTAMP) AND ${id} > @id)`;
  return {
    sql: `${earlier} ORDER BY ${time} DESC, ${id} LIMIT ${limit + 1}`,
    parameters: before === undefined ? {} : { at, id: last },
  };
}

/** The rows of a page, and the cursor of the next; null at the end. */
export function timePage<T>(rows: readonly T[], limit: number, columnsOf: (row: T) => TimeColumns) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || rows.length <= limit) return { page, next: null };
  const { time, id } = columnsOf(last);
  return { page, next: `${time}~${id}` };
}
