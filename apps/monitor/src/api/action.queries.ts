import { type Row, type tables } from '@closing-bell/warehouse';
import { Inject, Injectable } from '@nestjs/common';
import { actionOf } from './actions';
import { type Actions } from './answers';
import { Reader } from './reader';
import { newestFirst, timePage } from './time-pages';

@Injectable()
export class ActionQueries {
  constructor(@Inject(Reader) private readonly reader: Reader) {}

  async list(before: string | undefined, limit: number): Promise<Actions> {
    const { sql, parameters } = newestFirst({ time: 'asked_at', id: 'id' }, before, limit);
    const rows = await this.reader.query<Row<typeof tables.actions>>(
      `SELECT id, action, subject, request, outcome, detail, asked_at FROM actions ${sql}`,
      parameters,
    );
    const { page, next } = timePage(rows, limit, ({ asked_at, id }) => ({ time: asked_at, id }));
    return { actions: page.map(actionOf), next };
  }
}
