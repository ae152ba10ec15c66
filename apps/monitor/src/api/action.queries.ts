import { type Row, type tables } from '@closing-bell/warehouse';
import { Inject, Injectable } from '@nestjs/common';
import { actionOf } from './actions';
import { type Actions } from './answers';
import { Reader } from './reader';

@Injectable()
export class ActionQueries {
  constructor(@Inject(Reader) private readonly reader: Reader) {}

  async list(before: string | undefined, limit: number): Promise<Actions> {
    const [at = '', id = ''] = before?.split('~') ?? [];
    const rows = await this.reader.query<Row<typeof tables.actions>>(
      `SELECT id, action, subject, request, outcome, detail, asked_at FROM actions ${
        before === undefined
          ? ''
          : 'WHERE asked_at < CAST(@at AS TIMESTAMP) OR (asked_at = CAST(@at AS TIMESTAMP) AND id > @id)'
      } ORDER BY asked_at DESC, id LIMIT ${limit + 1}`,
      before === undefined ? {} : { at, id },
    );
    const actions = rows.slice(0, limit).map(actionOf);
    const last = actions.at(-1);
    return { actions, next: last && rows.length > limit ? `${last.askedAt}~${last.id}` : null };
  }
}
