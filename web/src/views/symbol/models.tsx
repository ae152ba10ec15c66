import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import type { Action, Decision, DecisionDetail, ModelVersionAnswer } from '../../../../apps/monitor/src/api/answers';
import { decision, instance, models } from '../../api/queries';
import { ActionDialog } from '../../components/action-dialog';
import { Answered, Empty, More } from '../../components/answer';
import { useAddress } from '../../components/browser';
import { Hash } from '../../components/hash';
import { Icon } from '../../components/icons';
import { DecisionMark, PassedMark } from '../../components/state';
import { Table } from '../../components/table';
import { counted, day, number, percent, signedPercent, triggerWords, words } from '../../format';
import { Reasons } from './reasons';

/** Of the year that a version was judged on. */
const METRICS = [
  { name: 'crps', header: 'CRPS', write: (value: number | undefined) => number(value) },
  {
    name: 'skillOverNaive',
    header: 'Skill over “tomorrow = today”',
    write: (value: number | undefined) => signedPercent(value),
  },
  {
    name: 'skillOverBaseline',
    header: 'over the last year’s quantiles',
    write: (value: number | undefined) => signedPercent(value),
  },
  {
    name: 'maeToNaive',
    header: 'Error of the median, of “tomorrow = today”',
    write: (value: number | undefined) => percent(value),
  },
  { name: 'coverage90', header: 'Inside 90 %', write: (value: number | undefined) => percent(value) },
] as const;

/** What was retrained and why, and which model serves. */
export function ModelsTab({ symbol }: { symbol: string }): ReactElement {
  const [address, setAddress] = useAddress();
  const all = address.get('decisions') === 'all';
  const asked = useInfiniteQuery(models(symbol, !all));
  return (
    <Answered asked={asked} height={700}>
      {({ pages }) => {
        const versions = pages[0]?.versions ?? [];
        const decisions = pages.flatMap((page) => page.decisions);
        return versions.length === 0 && decisions.length === 0 ? (
          <Empty title="No model yet">
            <p>The trainer decides at each close; the first one of {symbol} has not got that far.</p>
          </Empty>
        ) : (
          <>
            <h2>Versions</h2>
            <Versions symbol={symbol} versions={versions} />
            <div className="toolbar">
              <h2>Decisions</h2>
              <label className="check">
                <input
                  type="checkbox"
                  checked={all}
                  onChange={(event) => setAddress({ decisions: event.target.checked ? 'all' : null })}
                />
                also those that kept all as it was
              </label>
            </div>
            <Timeline symbol={symbol} decisions={decisions} />
            <More asked={asked} label="Earlier decisions" />
          </>
        );
      }}
    </Answered>
  );
}

function Versions({ symbol, versions }: { symbol: string; versions: readonly ModelVersionAnswer[] }): ReactElement {
  const actions = useQuery(instance()).data?.actions ?? false;
  return (
    <Table
      caption="Versions, newest first"
      rows={versions}
      rowKey={({ version }) => String(version)}
      highlighted={({ serving }) => serving}
      columns={[
        {
          id: 'version',
          header: 'Version',
          cell: ({ version, serving }) => (
            <span className="nowrap">
              <b>{version}</b>{' '}
              {serving ? (
                <span className="state decision-promoted">
                  <Icon name="done" size={14} />
                  serves
                </span>
              ) : null}
            </span>
          ),
        },
        { id: 'forecaster', header: 'Forecaster', cell: ({ forecaster }) => forecaster },
        {
          id: 'made',
          header: 'Made',
          cell: ({ session, trigger }) => (
            <span className="nowrap">
              {day(session)} <span className="beside">{triggerWords(trigger)}</span>
            </span>
          ),
        },
        {
          id: 'appointed',
          header: 'Served from',
          cell: ({ appointedAt }) =>
            appointedAt.length === 0 ? (
              <span className="muted">never</span>
            ) : (
              appointedAt.map((session) => (
                <span key={session} className="nowrap served">
                  {day(session)}
                </span>
              ))
            ),
        },
        ...METRICS.map(({ name, header, write }) => ({
          id: name,
          header,
          numeric: true,
          cell: ({ metrics }: ModelVersionAnswer) => write(metrics[name]),
        })),
        ...(actions
          ? [
              {
                id: 'promote',
                header: <span className="unseen">Promote</span>,
                cell: ({ version, serving }: ModelVersionAnswer) =>
                  serving ? null : (
                    <ActionDialog<Action>
                      label="Promote"
                      title={`Let version ${version} of ${symbol} serve`}
                      path={['symbols', symbol, 'promotions']}
                      body={() => ({ version })}
                      done={({ outcome, detail }) => <p>{detail || outcome}</p>}
                    >
                      <p>
                        From the next close on, version {version} forecasts {symbol}, whatever the gate said of it. Each
                        close still judges it.
                      </p>
                    </ActionDialog>
                  ),
              },
            ]
          : []),
      ]}
    />
  );
}

function Timeline({ symbol, decisions }: { symbol: string; decisions: readonly Decision[] }): ReactElement {
  if (decisions.length === 0) return <p className="muted">None yet.</p>;
  return (
    <ol className="timeline">
      {decisions.map((one) => (
        <li key={`${one.session} ${one.trigger}`}>
          <DecisionEntry symbol={symbol} made={one} />
        </li>
      ))}
    </ol>
  );
}

function DecisionEntry({ symbol, made }: { symbol: string; made: Decision }): ReactElement {
  const [address, setAddress] = useAddress();
  const { session, trigger, modelVersion, reasons } = made;
  const key = `${session}:${trigger}`;
  const open = address.get('decision') === key;
  return (
    <details
      open={open}
      onToggle={(event) => {
        if (event.currentTarget.open !== open) setAddress({ decision: event.currentTarget.open ? key : null });
      }}
    >
      <summary>
        <span className="timeline-day">{day(session)}</span>
        <DecisionMark decision={made.decision} />
        <span>
          version {modelVersion} <span className="beside">{triggerWords(trigger)}</span>
        </span>
        <Reasons reasons={reasons} />
      </summary>
      {open ? <DecisionPage symbol={symbol} session={session} trigger={trigger} /> : null}
    </details>
  );
}

function DecisionPage({
  symbol,
  session,
  trigger,
}: {
  symbol: string;
  session: string;
  trigger: string;
}): ReactElement {
  const asked = useQuery(decision(symbol, session, trigger));
  return (
    <Answered asked={asked} height={320}>
      {(data) => (
        <div className="decision-page">
          {data.challenger === null ? (
            <p className="muted">Nothing was trained: no challenger was judged.</p>
          ) : (
            <p>
              Challenger: version {data.challenger}.{' '}
              {counted(data.checks.filter(({ passed }) => passed).length, 'rule')} of {data.checks.length} passed.
            </p>
          )}
          <Gate data={data} />
          <p className="small">
            Record <Hash value={data.recordSha256} /> <code className="wrap">{data.recordUri}</code>
          </p>
        </div>
      )}
    </Answered>
  );
}

function Gate({ data }: { data: DecisionDetail }): ReactElement {
  return (
    <>
      {data.checks.length === 0 ? null : (
        <Table
          caption="Rules of the gate"
          rows={data.checks}
          rowKey={({ rule }, index) => `${index} ${rule}`}
          columns={[
            {
              id: 'passed',
              header: 'Result',
              cell: ({ passed }) => <PassedMark passed={passed} />,
            },
            { id: 'rule', header: 'Rule', cell: ({ rule }) => words(rule) },
            { id: 'detail', header: 'What was found', cell: ({ detail }) => detail },
          ]}
        />
      )}
      {data.scores.length === 0 ? null : (
        <Table
          caption="Scores on the same origins"
          rows={data.scores}
          rowKey={({ forecaster }, index) => `${index} ${forecaster}`}
          columns={[
            { id: 'forecaster', header: 'On the same origins', cell: ({ forecaster }) => <b>{forecaster}</b> },
            { id: 'crps', header: 'CRPS', numeric: true, cell: ({ crps }) => number(crps) },
            {
              id: 'naive',
              header: 'Skill over “tomorrow = today”',
              numeric: true,
              cell: ({ skillOverNaive }) => signedPercent(skillOverNaive),
            },
            {
              id: 'baseline',
              header: 'Skill over the last year’s quantiles',
              numeric: true,
              cell: ({ skillOverBaseline }) => signedPercent(skillOverBaseline),
            },
            {
              id: 'mae',
              header: 'Error of the median, of “tomorrow = today”',
              numeric: true,
              cell: ({ maeToNaive }) => percent(maeToNaive),
            },
            {
              id: 'coverage',
              header: 'Inside 90 %',
              numeric: true,
              cell: ({ coverage90 }) => percent(coverage90),
            },
          ]}
        />
      )}
    </>
  );
}
