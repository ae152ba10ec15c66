import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { Link } from 'wouter';
import type { ColumnDistributions, DriftHistory, DriftScore } from '../../../../apps/monitor/src/api/answers';
import { address as apiAddress } from '../../api/client';
import { drift, driftDetail } from '../../api/queries';
import { Histogram } from '../../charts/histogram';
import { LineChart } from '../../charts/line-chart';
import { Answered, Empty } from '../../components/answer';
import { linkTo, useAddress } from '../../components/browser';
import { AlarmMark, DecisionMark, PassedMark } from '../../components/state';
import { AsTable, Table } from '../../components/table';
import { counted, day, number, percent, words } from '../../format';
import { Reasons } from './reasons';

const SESSIONS = 250;
/** Alarms shown before somebody asks for all: a crash has one a day. */
const FEW = 5;

/** Measured for comparison alone. */
const SHOWN_ONLY = 'evidently-default';

interface Measure {
  readonly key: string;
  readonly column: string;
  readonly test: string;
  readonly rule: string;
  /** Oldest first. */
  readonly scores: readonly DriftScore[];
}

/** Whether the data moved, and what came of it. */
export function DriftTab({ symbol }: { symbol: string }): ReactElement {
  const [address, setAddress] = useAddress();
  const asked = useQuery(drift(symbol, SESSIONS));
  return (
    <Answered asked={asked} height={900}>
      {(data) => {
        const newest = data.scores[0]?.session;
        if (newest === undefined) {
          return (
            <Empty title="No drift was measured yet">
              <p>It is measured after each forecast, once there are enough sessions to compare.</p>
            </Empty>
          );
        }
        const chosen = address.get('session') ?? data.alarms[0]?.session ?? newest;
        const choose = (session: string): void => setAddress({ session });
        return (
          <>
            <Measures data={data} chosen={chosen} choose={choose} />
            <Alarms data={data} symbol={symbol} choose={choose} />
            <Session symbol={symbol} session={chosen} sessions={sessionsOf(data)} choose={choose} />
          </>
        );
      }}
    </Answered>
  );
}

function sessionsOf({ scores }: DriftHistory): string[] {
  return [...new Set(scores.map(({ session }) => session))].sort();
}

function Alarms({
  data,
  symbol,
  choose,
}: {
  data: DriftHistory;
  symbol: string;
  choose: (session: string) => void;
}): ReactElement {
  const [all, setAll] = useState(false);
  const alarmed = [...new Set(data.scores.filter((score) => score.alarmed).map(({ session }) => session))];
  const rows = alarmed.map((session) => ({
    session,
    columns: data.scores.filter((score) => score.alarmed && score.session === session),
    outcome: data.alarms.find((outcome) => outcome.session === session),
  }));
  return (
    <section aria-label="Alarms">
      <h2>Alarms</h2>
      {rows.length === 0 ? (
        <p className="muted">None in the last {SESSIONS} sessions.</p>
      ) : (
        <Table
          caption="Alarms, newest first"
          rows={all ? rows : rows.slice(0, FEW)}
          rowKey={({ session }) => session}
          columns={[
            {
              id: 'session',
              header: 'Session',
              cell: ({ session }) => (
                <button type="button" className="link nowrap" onClick={() => choose(session)}>
                  {day(session)}
                </button>
              ),
            },
            {
              id: 'moved',
              header: 'What moved',
              cell: ({ columns }) => (
                <ul className="plain">
                  {columns.map(({ column, test, score, threshold }) => (
                    <li key={`${column} ${test}`}>
                      <b>{words(column)}</b> <span className="muted">{test}</span> {number(score)}{' '}
                      <span className="beside">threshold {number(threshold)}</span>
                    </li>
                  ))}
                </ul>
              ),
            },
            {
              id: 'outcome',
              header: 'What came of it',
              cell: ({ session, outcome }) =>
                outcome ? (
                  <>
                    <DecisionMark decision={outcome.decision} />{' '}
                    <Link href={linkTo.run(session, symbol)}>version {outcome.modelVersion}</Link>
                    <Reasons reasons={outcome.reasons} />
                  </>
                ) : (
                  <span className="muted">nothing yet: the trainer has not answered</span>
                ),
            },
          ]}
        />
      )}
      {rows.length <= FEW || all ? null : (
        <p className="more">
          <button type="button" className="button" onClick={() => setAll(true)}>
            All {rows.length} alarms
          </button>
        </p>
      )}
    </section>
  );
}

function measuresOf({ scores }: DriftHistory): Measure[] {
  const measures = new Map<string, Measure & { scores: DriftScore[] }>();
  for (const score of scores.toReversed()) {
    const { column, test, rule } = score;
    const key = `${rule} ${column} ${test}`;
    const known = measures.get(key) ?? { key, column, test, rule, scores: [] };
    known.scores.push(score);
    measures.set(key, known);
  }
  const rank = ({ rule }: Measure): number => (rule === SHOWN_ONLY ? 1 : 0);
  return [...measures.values()].sort((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key));
}

function Measures({
  data,
  chosen,
  choose,
}: {
  data: DriftHistory;
  chosen: string;
  choose: (session: string) => void;
}): ReactElement {
  const measures = measuresOf(data);
  const alarming = measures.filter(({ rule }) => rule !== SHOWN_ONLY);
  const shown = measures.filter(({ rule }) => rule === SHOWN_ONLY);
  const grid = (some: readonly Measure[]): ReactElement => (
    <div className="two-columns">
      {some.map((measure) => (
        <ScoreChart key={measure.key} measure={measure} chosen={chosen} choose={choose} />
      ))}
    </div>
  );
  return (
    <>
      <section aria-label="Rules that alarm">
        <h2>
          Rules that alarm <span className="muted">score beside its threshold</span>
        </h2>
        {grid(alarming)}
      </section>
      {shown.length === 0 ? null : (
        <details className="as-table">
          <summary>
            Evidently’s default rule: <span className="estimate">shown, never alarms</span>
          </summary>
          {grid(shown)}
        </details>
      )}
    </>
  );
}

function ScoreChart({
  measure: { column, test, rule, scores },
  chosen,
  choose,
}: {
  measure: Measure;
  chosen: string;
  choose: (session: string) => void;
}): ReactElement {
  const sessions = scores.map(({ session }) => session);
  const last = scores.at(-1);
  const drifted = scores.filter((score) => score.drifted).length;
  return (
    <figure>
      <figcaption>
        {words(column)}{' '}
        <span className="muted">
          {test}, {rule === SHOWN_ONLY ? 'Evidently’s default' : words(rule)}
        </span>
      </figcaption>
      <LineChart
        label={`${words(column)} by ${test}, ${words(rule)}: last ${number(last?.score)} beside the threshold ${number(last?.threshold)}; drifted at ${drifted} of ${sessions.length} sessions.`}
        sessions={sessions}
        series={[
          { name: 'threshold', values: scores.map(({ threshold }) => threshold), tone: 'muted', dashed: true },
          { name: 'score', values: scores.map(({ score }) => score), tone: rule === SHOWN_ONLY ? 'ink' : 'accent' },
        ]}
        marks={scores.flatMap(({ alarmed, score }, index) =>
          alarmed ? [{ index, value: score, label: 'alarm' }] : [],
        )}
        format={(value) => number(value)}
        axis={String}
        height={150}
        chosen={chosen}
        onChoose={choose}
      />
      <AsTable>
        <Table
          caption={`${words(column)}, ${test}`}
          rows={scores.toReversed()}
          rowKey={({ session }) => session}
          columns={[
            { id: 'session', header: 'Session', cell: ({ session }) => day(session) },
            { id: 'score', header: 'Score', numeric: true, cell: ({ score }) => number(score) },
            { id: 'threshold', header: 'Threshold', numeric: true, cell: ({ threshold }) => number(threshold) },
            {
              id: 'drifted',
              header: 'Drifted',
              cell: (score) => (score.alarmed ? <AlarmMark label="alarm" /> : score.drifted ? 'drifted' : 'no'),
            },
          ]}
        />
      </AsTable>
    </figure>
  );
}

function Session({
  symbol,
  session,
  sessions,
  choose,
}: {
  symbol: string;
  session: string;
  sessions: readonly string[];
  choose: (session: string) => void;
}): ReactElement {
  const asked = useQuery(driftDetail(symbol, session));
  return (
    <section aria-label="One session in full" id="session">
      <div className="toolbar">
        <h2>In full</h2>
        <label className="field-inline">
          at{' '}
          <select value={session} onChange={(event) => choose(event.target.value)}>
            {sessions.includes(session) ? null : <option value={session}>{day(session)}</option>}
            {sessions.toReversed().map((one) => (
              <option key={one} value={one}>
                {day(one)}
              </option>
            ))}
          </select>
        </label>
        <span className="push small">
          Report:{' '}
          <a href={apiAddress(['symbols', symbol, 'reports', `${session}.html`])} target="_blank" rel="noreferrer">
            page
          </a>
          {', '}
          <a href={apiAddress(['symbols', symbol, 'reports', `${session}.json`])} target="_blank" rel="noreferrer">
            JSON
          </a>
        </span>
      </div>
      <Answered asked={asked} height={420}>
        {({ columns, quality }) => (
          <>
            <p className="legend small">
              <i className="swatch outline" /> reference <i className="swatch fill" /> current
            </p>
            <div className="three-columns">
              {columns.map((one) => (
                <Distributions key={`${one.column} ${one.current.sessions}`} of={one} />
              ))}
            </div>
            <h3>Quality of the data</h3>
            {quality.length === 0 ? (
              <p className="muted">No check was made.</p>
            ) : (
              <Table
                caption="Quality checks"
                rows={quality}
                rowKey={({ check }, index) => `${index} ${check}`}
                columns={[
                  {
                    id: 'passed',
                    header: 'Result',
                    cell: ({ passed }) => <PassedMark passed={passed} />,
                  },
                  { id: 'check', header: 'Check', cell: ({ check }) => words(check) },
                  { id: 'detail', header: 'Detail', cell: ({ detail }) => detail },
                ]}
              />
            )}
          </>
        )}
      </Answered>
    </section>
  );
}

function Distributions({ of }: { of: ColumnDistributions }): ReactElement {
  const { column, reference, current, edges, referenceShares, currentShares, scores } = of;
  const worst = scores.find(({ alarmed }) => alarmed) ?? scores.find(({ rule }) => rule !== SHOWN_ONLY) ?? scores[0];
  return (
    <figure>
      <figcaption>
        {words(column)} <span className="muted">over {counted(current.sessions, 'session')}</span>{' '}
        {worst?.alarmed ? <AlarmMark label="alarm" /> : null}
      </figcaption>
      <Histogram
        label={`${words(column)}: distribution over ${current.sessions} sessions to ${day(current.to)} beside ${reference.sessions} sessions to ${day(reference.to)}.`}
        edges={edges}
        reference={referenceShares}
        current={currentShares}
      />
      <p className="small muted">
        {day(current.from)} to {day(current.to)}, {current.sessions} sessions, beside {day(reference.from)} to{' '}
        {day(reference.to)}, {reference.sessions}
      </p>
      <AsTable>
        <Table
          caption={`${words(column)}, shares by bin`}
          rows={currentShares.map((share, bin) => ({ share, bin }))}
          rowKey={({ bin }) => String(bin)}
          columns={[
            {
              id: 'bin',
              header: 'From … to',
              cell: ({ bin }) => `${number(edges[bin])} … ${number(edges[bin + 1])}`,
            },
            { id: 'current', header: 'Current', numeric: true, cell: ({ share }) => percent(share) },
            { id: 'reference', header: 'Reference', numeric: true, cell: ({ bin }) => percent(referenceShares[bin]) },
          ]}
        />
      </AsTable>
    </figure>
  );
}
