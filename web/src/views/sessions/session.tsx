import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link, useParams } from 'wouter';
import type { RunState, SessionRun, SymbolRun } from '../../../../apps/monitor/src/api/answers';
import { instance, sessionRun } from '../../api/queries';
import { Answered, Empty, More } from '../../components/answer';
import { linkTo, useAddress, useTitle } from '../../components/browser';
import { Figures } from '../../components/figures';
import { sorted } from '../../components/sorted';
import { AlarmMark, DecisionMark, State } from '../../components/state';
import { type SortableColumn, VirtualTable } from '../../components/virtual-table';
import { count, counted, day, duration, instant } from '../../format';
import { ReplayButton } from './replay-button';

const STATES: readonly RunState[] = ['failed', 'retrying', 'running', 'waiting', 'abstained', 'done'];

/** One close: every symbol's run, those first that need somebody. */
export default function SessionView(): ReactElement {
  const { session } = useParams<{ session: string }>();
  useTitle(`Session ${day(session)}`);
  const [address, setAddress] = useAddress();
  const state = STATES.find((one) => one === address.get('state'));
  const asked = useInfiniteQuery(sessionRun(session, state));
  const actions = useQuery(instance()).data?.actions ?? false;
  return (
    <>
      <p className="crumbs">
        <Link href="/sessions">Sessions</Link>
      </p>
      <div className="heading">
        <h1>{day(session)}</h1>
        {actions ? <ReplayButton session={session} symbol={undefined} /> : null}
      </div>
      <Answered asked={asked} height={640}>
        {({ pages }) => {
          const [first] = pages;
          return first === undefined ? null : (
            <>
              <Summary run={first} />
              <div className="toolbar">
                <div className="chips" role="group" aria-label="State">
                  <button type="button" aria-pressed={state === undefined} onClick={() => setAddress({ state: null })}>
                    All
                  </button>
                  {STATES.map((one) => (
                    <button
                      key={one}
                      type="button"
                      aria-pressed={state === one}
                      onClick={() => setAddress({ state: one })}
                    >
                      {one}
                    </button>
                  ))}
                </div>
              </div>
              <Runs session={session} runs={pages.flatMap(({ runs }) => runs)} />
              <More asked={asked} label="More symbols" />
            </>
          );
        }}
      </Answered>
    </>
  );
}

function Summary({ run }: { run: SessionRun }): ReactElement {
  const { session, symbols, forecasts, running, failed, abstained, drift, promoted, startedAt, endedAt } = run;
  const took = startedAt !== null && endedAt !== null ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : null;
  const of = (state: RunState): string => `${linkTo.session(session)}?state=${state}`;
  return (
    <>
      <Figures
        label="The session"
        figures={[
          { label: 'Forecasts', value: count(forecasts), beside: `of ${counted(symbols, 'symbol')}` },
          { label: 'Running', value: count(running), href: of('running') },
          { label: 'Failed', value: count(failed), href: of('failed'), tone: failed > 0 ? 'bad' : undefined },
          {
            label: 'Abstained',
            value: count(abstained),
            href: of('abstained'),
            tone: abstained > 0 ? 'warn' : undefined,
          },
          { label: 'Drift alarms', value: count(drift), tone: drift > 0 ? 'warn' : undefined },
          { label: 'Promoted', value: count(promoted), tone: promoted > 0 ? 'good' : undefined },
          { label: 'Took', value: duration(took), beside: endedAt === null ? 'not ended' : undefined },
        ]}
      />
      <p className="small muted published">
        Published {instant(startedAt)} UTC{endedAt === null ? '' : `, last step ended ${instant(endedAt)} UTC`}
      </p>
    </>
  );
}

function columnsOf(session: string): SortableColumn<SymbolRun>[] {
  return [
    {
      id: 'symbol',
      header: 'Symbol',
      width: 'minmax(100px, 1fr)',
      sortBy: ({ symbol }) => symbol,
      cell: ({ symbol }) => (
        <Link href={linkTo.run(session, symbol)} className="whole-row strong">
          {symbol}
        </Link>
      ),
    },
    { id: 'state', header: 'State', width: '120px', cell: ({ state }) => <State state={state} /> },
    {
      id: 'step',
      header: 'Last step',
      width: 'minmax(150px, 1fr)',
      sortBy: ({ step }) => step,
      cell: ({ step }) => step,
    },
    {
      id: 'seconds',
      header: 'Took',
      width: '96px',
      numeric: true,
      sortBy: ({ seconds }) => seconds,
      cell: ({ seconds }) => duration(seconds),
    },
    {
      id: 'attempts',
      header: 'Attempts',
      width: '96px',
      numeric: true,
      sortBy: ({ attempts }) => attempts,
      cell: ({ attempts }) => count(attempts),
    },
    {
      id: 'decision',
      header: 'Model',
      width: '200px',
      sortBy: ({ decision }) => decision,
      cell: (run) => <Marks run={run} />,
    },
    {
      id: 'detail',
      header: 'Why',
      width: 'minmax(160px, 2fr)',
      from: 1080,
      cell: ({ detail }) => (
        <span className="cut" title={detail}>
          {detail}
        </span>
      ),
    },
  ];
}

function Marks({ run: { decision, drifted } }: { run: SymbolRun }): ReactElement {
  return (
    <span className="marks">
      {decision === null ? null : <DecisionMark decision={decision} />}
      {drifted ? <AlarmMark /> : null}
    </span>
  );
}

function Runs({ session, runs }: { session: string; runs: readonly SymbolRun[] }): ReactElement {
  const [address, setAddress] = useAddress();
  const sort = { column: address.get('sort') ?? '', descending: address.get('order') === 'descending' };
  const columns = columnsOf(session);
  if (runs.length === 0) {
    return (
      <Empty title="No symbol is in that state">
        <p>
          <button type="button" className="link" onClick={() => setAddress({ state: null })}>
            Show all
          </button>
        </p>
      </Empty>
    );
  }
  return (
    <VirtualTable
      caption={`Runs of ${day(session)}`}
      columns={columns}
      // Without a wish, in the order of the answer: those first that need somebody.
      rows={sorted(runs, columns, sort)}
      rowKey={({ symbol }) => symbol}
      sort={sort}
      onSort={({ column, descending }) => setAddress({ sort: column, order: descending ? 'descending' : 'ascending' })}
      cardHeight={96}
      card={(run) => (
        <>
          <div className="card-line">
            <Link href={linkTo.run(session, run.symbol)} className="whole-row strong">
              {run.symbol}
            </Link>
            <State state={run.state} />
          </div>
          <div className="card-line small">
            <span>
              {run.step}, {duration(run.seconds)}
            </span>
            <Marks run={run} />
          </div>
          <p className="cut small muted">{run.detail}</p>
        </>
      )}
    />
  );
}
