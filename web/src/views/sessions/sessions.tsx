import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link } from 'wouter';
import type { SessionSummary } from '../../../../apps/monitor/src/api/answers';
import { instance, sessions } from '../../api/queries';
import { Answered, Empty, More } from '../../components/answer';
import { linkTo, useTitle } from '../../components/browser';
import { Table } from '../../components/table';
import { count, day } from '../../format';
import { ReplayButton } from './replay-button';

/** Every close that was seen, newest first. */
export default function SessionsView(): ReactElement {
  useTitle('Sessions');
  const asked = useInfiniteQuery(sessions());
  const actions = useQuery(instance()).data?.actions ?? false;
  return (
    <>
      <div className="heading">
        <h1>Sessions</h1>
        {actions ? <ReplayButton session={undefined} symbol={undefined} /> : null}
      </div>
      <Answered asked={asked} height={700}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.sessions);
          return rows.length === 0 ? (
            <Empty title="No close has been seen yet">
              <p>
                The next one comes by itself while everything runs. To replay past ones:{' '}
                <code>npx closing-bell replay</code>
              </p>
            </Empty>
          ) : (
            <>
              <SessionsTable rows={rows} />
              <More asked={asked} label="Earlier sessions" />
            </>
          );
        }}
      </Answered>
    </>
  );
}

function SessionsTable({ rows }: { rows: readonly SessionSummary[] }): ReactElement {
  const quietZero = (value: number, tone: string): ReactElement => (
    <span className={value === 0 ? 'muted' : tone}>{count(value)}</span>
  );
  return (
    <Table
      caption="Sessions, newest first"
      rows={rows}
      rowKey={({ session }) => session}
      columns={[
        {
          id: 'session',
          header: 'Session',
          cell: ({ session }) => (
            <Link href={linkTo.session(session)} className="strong nowrap">
              {day(session)}
            </Link>
          ),
        },
        { id: 'share', header: 'Ran', cell: (row) => <StateBar summary={row} /> },
        { id: 'symbols', header: 'Symbols', numeric: true, cell: ({ symbols }) => count(symbols) },
        { id: 'forecasts', header: 'Forecasts', numeric: true, cell: ({ forecasts }) => count(forecasts) },
        { id: 'running', header: 'Running', numeric: true, cell: ({ running }) => quietZero(running, '') },
        { id: 'failed', header: 'Failed', numeric: true, cell: ({ failed }) => quietZero(failed, 'tone-bad') },
        {
          id: 'abstained',
          header: 'Abstained',
          numeric: true,
          cell: ({ abstained }) => quietZero(abstained, 'tone-warn'),
        },
        { id: 'drift', header: 'Drift alarms', numeric: true, cell: ({ drift }) => quietZero(drift, 'tone-warn') },
        { id: 'promoted', header: 'Promoted', numeric: true, cell: ({ promoted }) => quietZero(promoted, 'tone-good') },
      ]}
    />
  );
}

/** How the symbols of a session are divided into states; the numbers stand beside it. */
function StateBar({ summary }: { summary: SessionSummary }): ReactElement {
  const { symbols, failed, abstained, running } = summary;
  const done = Math.max(0, symbols - failed - abstained - running);
  const parts = [
    { tone: 'done', value: done },
    { tone: 'running', value: running },
    { tone: 'abstained', value: abstained },
    { tone: 'failed', value: failed },
  ];
  return (
    <span className="state-bar" aria-hidden="true">
      {parts.map(({ tone, value }) =>
        value === 0 ? null : <i key={tone} className={`bar-${tone}`} style={{ flexGrow: value }} />,
      )}
    </span>
  );
}
