import { useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link, useParams } from 'wouter';
import type { CascadeRun, Step } from '../../../../apps/monitor/src/api/answers';
import { cascadeRun, instance } from '../../api/queries';
import { Answered } from '../../components/answer';
import { linkTo, useAddress, useTitle } from '../../components/browser';
import { Fact } from '../../components/facts';
import { Figures } from '../../components/figures';
import { Graph } from '../../components/graph';
import { Hash } from '../../components/hash';
import { State } from '../../components/state';
import { Table } from '../../components/table';
import { count, counted, day, duration, instant } from '../../format';
import { ReplayButton } from './replay-button';
import { spanOf, timeline } from './timeline';

/** One symbol's cascade at one close: its steps as a graph and along time. */
export default function RunView(): ReactElement {
  const { session, symbol } = useParams<{ session: string; symbol: string }>();
  useTitle(`${symbol} at ${day(session)}`);
  const [address] = useAddress();
  const asked = useQuery(cascadeRun(session, symbol, address.get('correlation') ?? undefined));
  const actions = useQuery(instance()).data?.actions ?? false;
  return (
    <>
      <p className="crumbs">
        <Link href="/sessions">Sessions</Link> / <Link href={linkTo.session(session)}>{day(session)}</Link>
      </p>
      <div className="heading">
        <h1>{symbol}</h1>
        <p>
          <Link href={linkTo.symbol(symbol, { origin: session })}>Its forecast</Link>
        </p>
        {actions ? <ReplayButton session={session} symbol={symbol} /> : null}
      </div>
      <Answered asked={asked} height={760}>
        {(run) => <Run run={run} />}
      </Answered>
    </>
  );
}

function Run({ run }: { run: CascadeRun }): ReactElement {
  const [address, setAddress] = useAddress();
  const chosen =
    run.steps.find(({ id }) => id === address.get('step')) ??
    run.steps.find(({ state }) => state === 'failed' || state === 'retrying') ??
    run.steps.at(-1);
  const choose = (step: string): void => setAddress({ step });
  const retries = run.steps.reduce((sum, { failures }) => sum + failures.length, 0);
  return (
    <>
      <Figures
        label="The run"
        figures={[
          { label: 'State', value: <State state={run.state} /> },
          { label: 'Took', value: duration(run.seconds) },
          { label: 'Published', value: run.startedAt?.slice(11, 19) ?? '–', beside: `${day(run.startedAt)}, UTC` },
          { label: 'Steps', value: count(run.steps.length) },
          { label: 'Failed attempts', value: count(retries), tone: retries > 0 ? 'warn' : undefined },
        ]}
      />
      <Graph
        label="Steps of the cascade"
        nodes={run.steps.map((step) => ({
          id: step.id,
          after: step.after,
          tone: step.state,
          content: (
            <>
              <b>{step.name}</b> <small>{step.service}</small>{' '}
              <span className="node-foot">
                <State state={step.state} /> <span>{duration(step.seconds)}</span>
              </span>
            </>
          ),
        }))}
        chosen={chosen?.id}
        onChoose={choose}
        size={{ width: 178, height: 92 }}
      />
      <h2>Along time</h2>
      <Gantt run={run} chosen={chosen?.id} onChoose={choose} />
      {chosen ? <StepDetails step={chosen} /> : null}
      <dl className="facts">
        <div>
          <dt>Cascade</dt>
          <dd>
            <Hash value={run.correlationId} length={64} />
          </dd>
        </div>
        {run.traceId === null ? null : (
          <div>
            <dt>Trace</dt>
            <dd>
              <Hash value={run.traceId} length={64} />
            </dd>
          </div>
        )}
        {run.others.length === 0 ? null : (
          <div>
            <dt>Other cascades of this close</dt>
            <dd>
              {run.others.map((other) => (
                <button
                  key={other}
                  type="button"
                  className="link"
                  onClick={() => setAddress({ correlation: other, step: null }, true)}
                >
                  <code>{other.slice(0, 12)}…</code>
                </button>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function Gantt({
  run,
  chosen,
  onChoose,
}: {
  run: CascadeRun;
  chosen: string | undefined;
  onChoose: (id: string) => void;
}): ReactElement {
  const span = spanOf(run.steps);
  const rows = timeline(run.steps, span);
  return (
    <div className="gantt" role="group" aria-label="Steps along time">
      <div className="gantt-row gantt-scale" aria-hidden="true">
        <span />
        <span className="gantt-ticks">
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <i key={share} style={{ left: `${share * 100}%` }}>
              {duration(((span.to - span.from) * share) / 1000)}
            </i>
          ))}
        </span>
      </div>
      {rows.map(({ step, wait, work, failures }) => (
        <button
          key={step.id}
          type="button"
          className="gantt-row"
          aria-pressed={step.id === chosen}
          onClick={() => onChoose(step.id)}
        >
          <span className="gantt-name">{step.name}</span>
          <span className="gantt-track">
            {wait ? <i className="gantt-wait" style={wait} /> : null}
            {failures.map((at, index) => (
              <i key={index} className="gantt-failure" style={at} />
            ))}
            {work ? <i className={`gantt-work bar-${step.state}`} style={work} /> : null}
          </span>
          <span className="gantt-seconds">
            <span className="unseen">
              waited {duration(step.waitedSeconds)}, {step.state}, took{' '}
            </span>
            {duration(step.seconds)}
          </span>
        </button>
      ))}
    </div>
  );
}

function StepDetails({ step }: { step: Step }): ReactElement {
  return (
    <section className="details" aria-label="Step">
      <h2>
        {step.name} <State state={step.state} />
      </h2>
      {step.summary === '' ? null : <p>{step.summary}</p>}
      <dl className="facts">
        <Fact name="Service">{step.service}</Fact>
        <Fact name="Subscription">
          <code>{step.subscription}</code>
        </Fact>
        <Fact name="Published">{instant(step.publishedAt)} UTC</Fact>
        <Fact name="Waited">{duration(step.waitedSeconds)}</Fact>
        <Fact name="Worked">{duration(step.seconds)}</Fact>
        <Fact name="Attempts">{count(step.attempts)}</Fact>
        {step.messageId === null ? null : (
          <Fact name="Message">
            <Hash value={step.messageId} length={64} />
          </Fact>
        )}
        {step.deadLetterId === null ? null : (
          <Fact name="Dead letter">
            <Link href={linkTo.deadLetter(step.deadLetterId)}>Look at it and send it again</Link>
          </Fact>
        )}
      </dl>
      {step.failures.length === 0 ? null : (
        <>
          <h3>{counted(step.failures.length, 'failed attempt')}</h3>
          <Table
            caption="Failed attempts"
            rows={step.failures}
            rowKey={({ attempt }, index) => `${index} ${attempt}`}
            columns={[
              { id: 'attempt', header: 'Attempt', numeric: true, cell: ({ attempt }) => count(attempt) },
              {
                id: 'ended',
                header: 'Ended (UTC)',
                cell: ({ endedAt }) => <span className="nowrap">{instant(endedAt)}</span>,
              },
              { id: 'error', header: 'Error', cell: ({ error }) => <code className="wrap">{error}</code> },
            ]}
          />
        </>
      )}
    </section>
  );
}
