import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type DeadLetterDetail, type DeadLetters, type DeadLetterSummary } from './answers';
import { Reader } from './reader';
import { newestFirst, timePage } from './time-pages';

/** A dead letter counts until it is sent again. */
export const OPEN_DEAD_LETTERS = `SELECT d.* FROM dead_letters d LEFT JOIN redrives r ON r.dead_letter_id = d.id WHERE r.dead_letter_id IS NULL`;
/** How many there are, as `letters`. */
export const COUNT_OF_OPEN_DEAD_LETTERS = `SELECT COUNT(*) AS letters FROM (${OPEN_DEAD_LETTERS}) AS open_letters`;

interface LetterRow extends Omit<DeadLetterSummary, 'correlationId' | 'publishedAt'> {
  readonly correlation_id: string;
  readonly published_at: string;
}

interface WholeLetterRow extends LetterRow {
  readonly attributes: string;
  readonly data: string;
  readonly ordering_key: string;
}

const SUMMARY = `d.id, d.reason, d.detail, d.subscription, d.topic, d.attempts, d.type, d.subject, d.session, d.correlation_id,
  d.published_at, r.dead_letter_id IS NOT NULL AS redriven`;
const LETTERS = 'FROM dead_letters d LEFT JOIN redrives r ON r.dead_letter_id = d.id';

@Injectable()
export class DeadLetterQueries {
  constructor(@Inject(Reader) private readonly reader: Reader) {}

  async list(before: string | undefined, limit: number): Promise<DeadLetters> {
    const { sql, parameters } = newestFirst({ time: 'd.published_at', id: 'd.id' }, before, limit);
    const rows = await this.reader.query<LetterRow>(`SELECT ${SUMMARY} ${LETTERS} ${sql}`, parameters);
    const { page, next } = timePage(rows, limit, ({ published_at, id }) => ({ time: published_at, id }));
    return { letters: page.map(summaryOf), next };
  }

  async letter(id: string): Promise<DeadLetterDetail> {
    const [row] = await this.reader.query<WholeLetterRow>(
      `SELECT ${SUMMARY}, d.attributes, d.data, d.ordering_key ${LETTERS} WHERE d.id = @id`,
      { id },
    );
    if (!row) throw new NotFoundException(`no dead letter ${id}`);
    return {
      ...summaryOf(row),
      attributes: JSON.parse(row.attributes) as Record<string, string>,
      data: row.data,
      text: textOf(Buffer.from(row.data, 'base64')),
      orderingKey: row.ordering_key,
    };
  }
}

function summaryOf(row: LetterRow): DeadLetterSummary {
  const { id, reason, detail, subscription, topic, attempts, type, subject, session, redriven } = row;
  const { correlation_id: correlationId, published_at: publishedAt } = row;
  return {
    ...{ id, reason, detail, subscription, topic, attempts, type, subject, session },
    ...{ correlationId, publishedAt, redriven },
  };
}

/** Bytes as text; null where they are no UTF-8. */
function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
