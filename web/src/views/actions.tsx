import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { actions } from '../api/queries';
import { Answered, Empty, More } from '../components/answer';
import { useTitle } from '../components/browser';
import { Hash } from '../components/hash';
import { Icon } from '../components/icons';
import { Table } from '../components/table';
import { instant } from '../format';

/** What somebody asked for, and what came of it. */
export default function ActionsView(): ReactElement {
  useTitle('Actions');
  const asked = useInfiniteQuery(actions());
  return (
    <>
      <div className="heading">
        <h1>Actions</h1>
        <p className="muted">what somebody asked for: replays, messages sent again, models put in place by hand</p>
      </div>
      <Answered asked={asked} height={480}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.actions);
          return rows.length === 0 ? (
            <Empty title="None">
              <p>Nobody has asked for anything yet.</p>
            </Empty>
          ) : (
            <>
              <Table
                caption="Actions, newest first"
                rows={rows}
                rowKey={({ id }) => id}
                columns={[
                  {
                    id: 'asked',
                    header: 'Asked (UTC)',
                    cell: ({ askedAt }) => <span className="nowrap">{instant(askedAt)}</span>,
                  },
                  { id: 'action', header: 'Action', cell: ({ action }) => <b>{action}</b> },
                  { id: 'subject', header: 'Of', cell: ({ subject }) => subject },
                  {
                    id: 'outcome',
                    header: 'Outcome',
                    cell: ({ outcome }) => (
                      <span className={outcome === 'done' ? 'state state-done' : 'state state-failed'}>
                        <Icon name={outcome === 'done' ? 'done' : 'failed'} size={14} />
                        {outcome}
                      </span>
                    ),
                  },
                  { id: 'detail', header: 'Detail', cell: ({ detail }) => detail },
                  {
                    id: 'cascade',
                    header: 'Cascade',
                    cell: ({ correlationId }) => (correlationId === null ? null : <Hash value={correlationId} />),
                  },
                ]}
              />
              <More asked={asked} label="Earlier actions" />
            </>
          );
        }}
      </Answered>
    </>
  );
}
