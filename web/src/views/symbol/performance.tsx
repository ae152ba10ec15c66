import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import type { HorizonPerformance, Performance } from '../../../../apps/monitor/src/api/answers';
import { performance } from '../../api/queries';
import { LineChart } from '../../charts/line-chart';
import { Answered, Empty } from '../../components/answer';
import { useAddress } from '../../components/browser';
import { Figures } from '../../components/figures';
import { AsTable, Table } from '../../components/table';
import { count, counted, day, number, percent, signedPercent } from '../../format';
import { chosenHorizon, HORIZONS } from './chosen-origin';

const WINDOWS = [20, 60, 120, 250] as const;

/** How past forecasts fared, always beside “tomorrow = today” and the 90 % that the interval promises. */
export function PerformanceTab({ symbol }: { symbol: string }): ReactElement {
  const [address, setAddress] = useAddress();
  const horizon = chosenHorizon(address);
  const window = WINDOWS.find((one) => one === Number(address.get('window'))) ?? 20;
  const asked = useQuery({ ...performance(symbol, horizon, window), placeholderData: keepPreviousData });
  return (
    <Answered asked={asked} height={900}>
      {(data) =>
        data.horizons.length === 0 ? (
          <>
            <Empty title="Nothing has matured yet">
              <p>A forecast can be judged when its session has come; the first one does at the next close.</p>
            </Empty>
            <ByHorizon data={data} horizon={horizon} />
          </>
        ) : (
          <>
            <Summary data={data} />
            <div className="toolbar">
              <h2>Over time</h2>
              <label className="field-inline">
                Horizon{' '}
                <select value={horizon} onChange={(event) => setAddress({ horizon: event.target.value })}>
                  {HORIZONS.map((one) => (
                    <option key={one} value={one}>
                      {counted(one, 'session')}
                    </option>
                  ))}
                </select>
              </label>
              <label className="field-inline">
                Over the last{' '}
                <select value={window} onChange={(event) => setAddress({ window: event.target.value })}>
                  {WINDOWS.map((one) => (
                    <option key={one} value={one}>
                      {counted(one, 'forecast')}
                    </option>
                  ))}
                </select>
              </label>
            </div>
            <OverTime data={data} />
            <h2>
              By horizon{' '}
              <span className="muted">
                small beside each number: the promise of 90 %, what “tomorrow = today” comes to, or what came out
              </span>
            </h2>
            <ByHorizon data={data} horizon={horizon} />
          </>
        )
      }
    </Answered>
  );
}

function Summary({ data: { horizons } }: { data: Performance }): ReactElement {
  const forecasts = horizons.reduce((sum, one) => sum + one.forecasts, 0);
  const mean = (value: (one: HorizonPerformance) => number): number =>
    horizons.reduce((sum, one) => sum + value(one) * one.forecasts, 0) / forecasts;
  const coverage = mean(({ coverage90 }) => coverage90);
  const crps = mean((one) => one.crps);
  const naive = mean((one) => one.naiveCrps);
  const mae = mean((one) => one.mae) / mean((one) => one.naiveMae);
  return (
    <Figures
      label="All horizons together"
      figures={[
        { label: 'Outcomes', value: count(forecasts), beside: 'all horizons' },
        { label: 'Inside 90 %', value: percent(coverage), beside: 'beside 90 %' },
        { label: 'Skill', value: signedPercent(1 - crps / naive), beside: 'beside 0' },
        { label: 'CRPS', value: number(crps), beside: `beside ${number(naive)}` },
        { label: 'Error of the median', value: percent(mae), beside: 'of “tomorrow = today”' },
      ]}
    />
  );
}

function OverTime({ data: { rolling, rollingHorizon, window } }: { data: Performance }): ReactElement {
  if (rolling.length === 0) {
    return <p className="muted">No forecast of this horizon has matured yet.</p>;
  }
  const sessions = rolling.map(({ session }) => session);
  const last = rolling.at(-1);
  const over = `the last ${counted(window, 'forecast')} made ${counted(rollingHorizon, 'session')} before`;
  return (
    <>
      <div className="two-columns">
        <figure>
          <figcaption>
            Coverage <span className="muted">share of outcomes inside the 90 % interval</span>
          </figcaption>
          <LineChart
            label={`Coverage of the 90 % interval over ${over}, from ${day(sessions[0])} to ${day(sessions.at(-1))}; last ${percent(last?.coverage90)}, beside 90 %.`}
            sessions={sessions}
            series={[
              { name: 'promised', values: rolling.map(() => 0.9), tone: 'muted', dashed: true },
              { name: 'coverage', values: rolling.map(({ coverage90 }) => coverage90), tone: 'accent' },
            ]}
            within={[1]}
            format={(value) => percent(value, 0)}
          />
        </figure>
        <figure>
          <figcaption>
            Skill <span className="muted">1 − CRPS ÷ CRPS of “tomorrow = today”</span>
          </figcaption>
          <LineChart
            label={`Skill against “tomorrow = today” over ${over}; last ${signedPercent(last?.skill)}, beside 0.`}
            sessions={sessions}
            series={[
              { name: 'tomorrow = today', values: rolling.map(() => 0), tone: 'muted', dashed: true },
              { name: 'skill', values: rolling.map(({ skill }) => skill), tone: 'accent' },
            ]}
            format={(value) => signedPercent(value, 0)}
          />
        </figure>
      </div>
      <AsTable>
        <Table
          caption="Over time, newest first"
          rows={rolling.toReversed()}
          rowKey={({ session }) => session}
          columns={[
            { id: 'session', header: 'By', cell: ({ session }) => day(session) },
            { id: 'forecasts', header: 'Forecasts', numeric: true, cell: ({ forecasts }) => count(forecasts) },
            {
              id: 'coverage',
              header: 'Coverage beside 90 %',
              numeric: true,
              cell: ({ coverage90 }) => percent(coverage90),
            },
            { id: 'skill', header: 'Skill beside 0', numeric: true, cell: ({ skill }) => signedPercent(skill) },
          ]}
        />
      </AsTable>
    </>
  );
}

function ByHorizon({ data: { horizons, expected }, horizon }: { data: Performance; horizon: number }): ReactElement {
  const rows = HORIZONS.map((one) => ({
    horizon: one,
    matured: horizons.find((other) => other.horizon === one),
    waiting: expected.find((other) => other.horizon === one),
  })).filter(({ matured, waiting }) => matured ?? waiting);
  return (
    <Table
      caption="By horizon"
      rows={rows}
      rowKey={(row) => String(row.horizon)}
      highlighted={(row) => row.horizon === horizon}
      columns={[
        { id: 'horizon', header: 'Horizon', cell: (row) => counted(row.horizon, 'session') },
        { id: 'matured', header: 'Matured', numeric: true, cell: ({ matured }) => count(matured?.forecasts ?? 0) },
        {
          id: 'coverage',
          header: 'Inside 90 %',
          numeric: true,
          cell: ({ matured }) => <Beside value={percent(matured?.coverage90)} baseline={`90\u202f%`} />,
        },
        {
          id: 'crps',
          header: 'CRPS',
          numeric: true,
          cell: ({ matured }) => <Beside value={number(matured?.crps)} baseline={number(matured?.naiveCrps)} />,
        },
        {
          id: 'skill',
          header: 'Skill',
          numeric: true,
          cell: ({ matured }) => <Beside value={signedPercent(matured?.skill)} baseline="0" />,
        },
        {
          id: 'mae',
          header: 'Mean absolute error',
          numeric: true,
          cell: ({ matured }) => <Beside value={number(matured?.mae)} baseline={number(matured?.naiveMae)} />,
        },
        {
          id: 'waiting',
          header: 'Not matured',
          numeric: true,
          cell: ({ waiting }) => count(waiting?.forecasts ?? 0),
        },
        {
          id: 'expected',
          header: (
            <>
              Expected CRPS <span className="estimate">estimate</span>
            </>
          ),
          numeric: true,
          cell: ({ waiting, matured }) => (
            <Beside value={number(waiting?.expectedCrps)} baseline={number(matured?.crps)} />
          ),
        },
      ]}
    />
  );
}

/** A number and what it is to be compared with: “tomorrow = today”, a promise, or what came out before. */
function Beside({ value, baseline }: { value: string; baseline: string }): ReactElement {
  return (
    <span className="nowrap">
      {value} <span className="beside">{baseline}</span>
    </span>
  );
}
