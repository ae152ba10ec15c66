import { useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link } from 'wouter';
import type { Universe, UniverseRow } from '../../../apps/monitor/src/api/answers';
import { instance, universe } from '../api/queries';
import { IntervalPlot, Sparkline } from '../charts/sparkline';
import { Answered, Empty } from '../components/answer';
import { linkTo, useAddress, useTitle } from '../components/browser';
import { Figures } from '../components/figures';
import { sorted } from '../components/sorted';
import { AlarmMark, DecisionMark, State } from '../components/state';
import { type SortableColumn, VirtualTable } from '../components/virtual-table';
import { count, counted, day, percent, price, signedPercent } from '../format';

const FILTERS = [
  { id: 'alarmed', label: 'Drift alarm', holds: (row: UniverseRow) => row.drifted },
  { id: 'failed', label: 'Failed', holds: (row: UniverseRow) => row.state === 'failed' },
  { id: 'abstained', label: 'Abstained', holds: (row: UniverseRow) => row.state === 'abstained' },
  { id: 'promoted', label: 'Promoted', holds: (row: UniverseRow) => row.decision === 'promoted' },
  {
    id: 'running',
    label: 'Running',
    holds: ({ state }: UniverseRow) => state === 'running' || state === 'waiting' || state === 'retrying',
  },
] as const;

/** The page to open after the close. */
export function OverviewView(): ReactElement {
  useTitle('');
  const asked = useQuery(universe());
  return (
    <Answered asked={asked} height={720}>
      {(data) => (data.session === null ? <NothingYet /> : <Overview data={data} session={data.session} />)}
    </Answered>
  );
}

function NothingYet(): ReactElement {
  return (
    <Empty title="No close has been seen yet">
      <p>
        With <code>closing-bell up</code> the next close comes by itself. To fill this page with closes of the past, run
      </p>
      <pre>
        <code>npx closing-bell replay --from 2020-01-23 --to 2020-04-17</code>
      </pre>
      <p className="muted">It goes through the same services as a real close; rows appear here as they are made.</p>
    </Empty>
  );
}

function Overview({ data, session }: { data: Universe; session: string }): ReactElement {
  const letters = useQuery(instance()).data?.openDeadLetters;
  const [address, setAddress] = useAddress();
  const filter = FILTERS.find(({ id }) => id === address.get('show'));
  const written = address.get('find') ?? '';
  const reach = reachOf(data.rows);
  const columns = columnsOf(reach);
  const sort = { column: address.get('sort') ?? 'symbol', descending: address.get('order') === 'descending' };
  const rows = sorted(
    data.rows.filter(
      (row) => row.symbol.toUpperCase().includes(written.toUpperCase()) && (filter === undefined || filter.holds(row)),
    ),
    columns,
    sort,
  );
  const number = Object.fromEntries(FILTERS.map(({ id, holds }) => [id, data.rows.filter(holds).length]));
  const done = data.rows.filter(({ state }) => state === 'done').length;
  const figure = (id: string, label: string, tone: 'bad' | 'warn' | 'good' | undefined) => ({
    label,
    value: count(number[id]),
    href: `/?show=${id}`,
    tone: number[id] === 0 ? undefined : tone,
  });
  return (
    <>
      <div className="heading">
        <h1>
          <Link href={linkTo.session(session)}>{day(session)}</Link>
        </h1>
        <p className="muted">the latest close of {counted(data.rows.length, 'symbol')}</p>
      </div>
      <Figures
        label="The latest session"
        figures={[
          { label: 'Done', value: count(done), beside: `of ${count(data.rows.length)}`, href: linkTo.session(session) },
          figure('running', 'Running', undefined),
          figure('failed', 'Failed', 'bad'),
          figure('abstained', 'Abstained', 'warn'),
          figure('alarmed', 'Drift alarms', 'warn'),
          figure('promoted', 'Promoted', 'good'),
          {
            label: 'Dead letters',
            value: count(letters),
            href: '/dead-letters',
            tone: letters === undefined || letters === 0 ? undefined : 'bad',
          },
        ]}
      />
      <div className="toolbar" role="group" aria-label="Which symbols">
        <input
          type="search"
          className="input"
          aria-label="Only symbols with"
          placeholder="Only symbols with …"
          value={written}
          onChange={(event) => setAddress({ find: event.target.value || null })}
        />
        <div className="chips">
          <button type="button" aria-pressed={!filter} onClick={() => setAddress({ show: null })}>
            All <b>{count(data.rows.length)}</b>
          </button>
          {FILTERS.map(({ id, label }) => (
            <button key={id} type="button" aria-pressed={filter?.id === id} onClick={() => setAddress({ show: id })}>
              {label} <b>{count(number[id])}</b>
            </button>
          ))}
        </div>
        <label className="narrow-only field-inline">
          Sort by{' '}
          <select
            value={`${sort.column} ${sort.descending ? 'descending' : 'ascending'}`}
            onChange={(event) => {
              const [column = 'symbol', order = 'ascending'] = event.target.value.split(' ');
              setAddress({ sort: column, order });
            }}
          >
            <option value="symbol ascending">symbol</option>
            {columns
              .filter(({ sortBy, numeric }) => sortBy && numeric)
              .flatMap(({ id, header }) => [
                <option key={`${id} descending`} value={`${id} descending`}>{`${header}, largest first`}</option>,
                <option key={`${id} ascending`} value={`${id} ascending`}>{`${header}, smallest first`}</option>,
              ])}
          </select>
        </label>
      </div>
      {rows.length === 0 ? (
        <Empty title="No symbol is like that">
          <p>
            <button type="button" className="link" onClick={() => setAddress({ show: null, find: null })}>
              Show all
            </button>
          </p>
        </Empty>
      ) : (
        <VirtualTable
          caption={`Symbols at ${day(session)}`}
          columns={columns}
          rows={rows}
          rowKey={({ symbol }) => symbol}
          sort={sort}
          onSort={({ column, descending }) =>
            setAddress({ sort: column, order: descending ? 'descending' : 'ascending' })
          }
          card={(row) => <Card row={row} reach={reach} />}
          cardHeight={118}
        />
      )}
    </>
  );
}

/** The change at the end of the intervals' scale: the widest of all but a few, so that one wild stock does not flatten the rest. */
function reachOf(rows: readonly UniverseRow[]): number {
  const widths = rows
    .flatMap(({ close, forecast }) => (forecast ? Math.max(forecast.p95 / close - 1, 1 - forecast.p05 / close) : []))
    .sort((a, b) => a - b);
  return widths[Math.floor((widths.length - 1) * 0.95)] ?? 0.1;
}

function columnsOf(reach: number): SortableColumn<UniverseRow>[] {
  return [
    {
      id: 'symbol',
      header: 'Symbol',
      width: 'minmax(84px, 1fr)',
      sortBy: ({ symbol }) => symbol,
      cell: ({ symbol }) => (
        <Link href={linkTo.symbol(symbol)} className="whole-row strong">
          {symbol}
        </Link>
      ),
    },
    {
      id: 'close',
      header: 'Close',
      explanation: 'Also what “tomorrow = today” forecasts',
      width: 'minmax(84px, 0.8fr)',
      numeric: true,
      sortBy: ({ close }) => close,
      cell: ({ close }) => price(close),
    },
    {
      id: 'change',
      header: 'Change',
      explanation: 'Since the close before',
      width: '76px',
      numeric: true,
      sortBy: ({ change }) => change,
      cell: ({ change }) => <Change change={change} digits={2} />,
    },
    {
      id: 'closes',
      header: '30 sessions',
      width: '128px',
      from: 1240,
      cell: ({ closes }) => <Sparkline values={closes} />,
    },
    {
      id: 'forecast',
      header: 'In 10 sessions',
      explanation: 'Median of the forecast, and how far it is from the close, which “tomorrow = today” forecasts',
      width: 'minmax(142px, 1fr)',
      numeric: true,
      sortBy: ({ close, forecast }) => (forecast ? forecast.point / close - 1 : null),
      cell: ({ close, forecast }) =>
        forecast ? (
          <>
            {price(forecast.point)} <span className="beside">{signedPercent(forecast.point / close - 1)}</span>
          </>
        ) : (
          <span className="muted">none</span>
        ),
    },
    {
      id: 'interval',
      header: '90 % interval',
      explanation: 'As a change from the close; the tick is “tomorrow = today”',
      width: 'minmax(200px, 288px)',
      sortBy: ({ close, forecast }) => (forecast ? (forecast.p95 - forecast.p05) / close : null),
      cell: ({ close, forecast }) =>
        forecast ? (
          <span className="interval">
            <span>{signedPercent(forecast.p05 / close - 1)}</span>
            <IntervalPlot
              low={forecast.p05 / close - 1}
              median={forecast.point / close - 1}
              high={forecast.p95 / close - 1}
              reach={reach}
            />
            <span>{signedPercent(forecast.p95 / close - 1)}</span>
          </span>
        ) : null,
    },
    {
      id: 'coverage',
      header: 'Coverage',
      explanation:
        'Outcomes inside the 90 % interval, over the forecasts that matured in the last 60 sessions; beside 90 %',
      width: '112px',
      from: 1010,
      numeric: true,
      sortBy: ({ performance }) => performance?.coverage90 ?? null,
      cell: ({ performance }) =>
        performance ? (
          <>
            {percent(performance.coverage90)}
            <span className="beside">{percent(0.9, 0)}</span>
          </>
        ) : null,
    },
    {
      id: 'skill',
      header: 'Skill',
      explanation: 'How far the error (CRPS) is below that of “tomorrow = today”; 0 is no better',
      width: '84px',
      from: 1120,
      numeric: true,
      sortBy: ({ performance }) => performance?.skill ?? null,
      cell: ({ performance }) =>
        performance ? (
          <>
            {signedPercent(performance.skill)}
            <span className="beside">0</span>
          </>
        ) : null,
    },
    {
      id: 'state',
      header: 'State',
      width: 'minmax(178px, 1fr)',
      sortBy: ({ state, drifted, decision }) =>
        `${state === 'failed' ? 0 : state === 'abstained' ? 1 : state === 'done' ? 3 : 2}${drifted ? 0 : 1}${decision ?? ''}`,
      cell: (row) => <Marks row={row} />,
    },
  ];
}

function Marks({ row: { state, drifted, decision } }: { row: UniverseRow }): ReactElement {
  return (
    <span className="marks">
      {/* What is as it should be takes no word of the row. */}
      <State state={state} quiet={state === 'done'} />
      {drifted ? <AlarmMark /> : null}
      {decision === null || decision === 'kept' ? null : <DecisionMark decision={decision} />}
    </span>
  );
}

export function Change({ change, digits = 1 }: { change: number | null; digits?: number }): ReactElement {
  const tone = change === null || change === 0 ? '' : change > 0 ? 'rise' : 'fall';
  return <span className={tone}>{signedPercent(change, digits)}</span>;
}

function Card({ row, reach }: { row: UniverseRow; reach: number }): ReactElement {
  const { symbol, close, change, closes, forecast, performance } = row;
  return (
    <>
      <div className="card-line">
        <Link href={linkTo.symbol(symbol)} className="whole-row strong">
          {symbol}
        </Link>
        <span className="card-price">
          {price(close)} <Change change={change} digits={2} />
        </span>
      </div>
      <div className="card-line">
        <Sparkline values={closes} />
        {forecast ? (
          <span className="interval">
            <IntervalPlot
              low={forecast.p05 / close - 1}
              median={forecast.point / close - 1}
              high={forecast.p95 / close - 1}
              reach={reach}
            />
          </span>
        ) : (
          <span className="muted">no forecast</span>
        )}
      </div>
      <div className="card-line small">
        <Marks row={row} />
        <span className="muted">
          coverage {percent(performance?.coverage90, 0)} of 90 · skill {signedPercent(performance?.skill, 0)}
        </span>
      </div>
    </>
  );
}
