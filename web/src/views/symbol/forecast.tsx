import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { lazy, type ReactElement, Suspense, useEffect, useMemo, useState } from 'react';
import type { Bar, Bars, Fan, FanPoint, Origin } from '../../../../apps/monitor/src/api/answers';
import { bars, fan, indicators, PAGE_OF_BARS, pastForecasts } from '../../api/queries';
import { type IndicatorLine } from '../../charts/price-chart';
import { Answered, Empty, Skeleton } from '../../components/answer';
import { useAddress, useKeys } from '../../components/browser';
import { Icon } from '../../components/icons';
import { AsTable, Table } from '../../components/table';
import { count, counted, day, number, price, roughPrice, signedPercent } from '../../format';
import { useTheme } from '../../theme';
import { chosenHorizon, HORIZONS, useOrigins } from './chosen-origin';

// The chart library comes only where there is a chart.
const PriceChart = lazy(() => import('../../charts/price-chart'));

const MOST_INDICATORS = 4;

/** Bars, the forecast from one session, and past forecasts of one horizon beside what happened. */
export function ForecastTab({ symbol }: { symbol: string }): ReactElement {
  const [address] = useAddress();
  const { asked, origins, index, choose } = useOrigins(symbol);
  // Asked for together, not one after the other. What is shown stays until the next is there: stepping does not blink.
  const fanAsked = useQuery({
    ...fan(symbol, address.get('origin') ?? undefined),
    placeholderData: keepPreviousData,
  });
  const barsAsked = useInfiniteQuery(bars(symbol));
  return (
    <Answered asked={asked} height={620}>
      {() =>
        origins.length === 0 ? (
          <Empty title="No forecast yet">
            <p>
              Nothing was forecast of {symbol}, nor did a forecaster abstain. Replay a close of it: see the page of its
              session.
            </p>
          </Empty>
        ) : (
          <Forecast
            symbol={symbol}
            fanAsked={fanAsked}
            barsAsked={barsAsked}
            origins={origins}
            index={index}
            choose={choose}
          />
        )
      }
    </Answered>
  );
}

function Forecast({
  symbol,
  fanAsked,
  barsAsked,
  origins,
  index,
  choose,
}: {
  symbol: string;
  fanAsked: UseQueryResult<Fan>;
  barsAsked: UseInfiniteQueryResult<InfiniteData<Bars>>;
  origins: readonly Origin[];
  index: number;
  choose: (index: number) => void;
}): ReactElement {
  const [address, setAddress] = useAddress();
  const theme = useTheme();
  const queries = useQueryClient();
  const horizon = chosenHorizon(address);
  const withPast = address.get('past') === '1';
  const names = useMemo(
    () =>
      (address.get('indicators') ?? '')
        .split(',')
        .filter((name) => name !== '')
        .slice(0, MOST_INDICATORS),
    [address],
  );
  const [pointed, setPointed] = useState<string>();

  const origin = origins[index]?.session ?? '';
  const shownBars = useMemo(
    () => (barsAsked.data?.pages ?? []).toReversed().flatMap((page) => page.bars),
    [barsAsked.data],
  );
  const first = shownBars[0]?.session;
  const pastAsked = useQuery({
    ...pastForecasts(symbol, horizon, limitOf(shownBars)),
    enabled: withPast,
    placeholderData: keepPreviousData,
  });
  const indicatorsAsked = useQuery({
    ...indicators(symbol, names, limitOf(shownBars)),
    enabled: names.length > 0,
    placeholderData: keepPreviousData,
  });
  const past = withPast ? pastAsked.data?.forecasts : undefined;
  const shownPast = useMemo(() => past ?? [], [past]);
  const lines = useMemo((): IndicatorLine[] => {
    const { data } = indicatorsAsked;
    if (!data) return [];
    return names.flatMap((name) => {
      const column = data.columns[name];
      if (!column) return [];
      const points = data.sessions.map((session, at) => ({ session, value: column[at] ?? null }));
      return [{ name, points: points.filter(({ session }) => session >= (first ?? '')) }];
    });
  }, [indicatorsAsked, names, first]);

  useKeys((key) => {
    if (key === 'ArrowLeft') choose(index - 1);
    else if (key === 'ArrowRight') choose(index + 1);
    else if (key === 'Home') choose(0);
    else if (key === 'End') choose(origins.length - 1);
    else return false;
    return true;
  });
  // The neighbours are there before somebody steps to them.
  useEffect(() => {
    for (const neighbour of [index - 1, index + 1]) {
      const session = origins[neighbour]?.session;
      if (session === undefined) continue;
      void queries.prefetchQuery(fan(symbol, neighbour === origins.length - 1 ? undefined : session));
    }
  }, [queries, symbol, origins, index]);

  // A bar older than the first one loaded is asked for until the origin has its place on the chart.
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = barsAsked;
  useEffect(() => {
    if (first !== undefined && origin < first && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [first, origin, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const shownFan = fanAsked.data;
  return (
    <div className="forecast-tab">
      <section className="forecast-chart" aria-label="Chart">
        <Readout bars={shownBars} fan={shownFan} pointed={pointed} lines={lines} />
        <Suspense fallback={<Skeleton height={420} />}>
          <PriceChart
            label={labelOf(symbol, shownFan, shownBars)}
            bars={shownBars}
            fan={shownFan}
            past={shownPast}
            indicators={lines}
            theme={theme}
            onPoint={setPointed}
            onReachStart={() => {
              if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
            }}
          />
        </Suspense>
        <div className="chart-controls">
          <label className="check">
            <input
              type="checkbox"
              checked={withPast}
              onChange={(event) => setAddress({ past: event.target.checked ? '1' : null })}
            />
            Past forecasts, made
          </label>
          <select
            aria-label="Horizon of the past forecasts"
            value={horizon}
            onChange={(event) => setAddress({ horizon: event.target.value, past: '1' })}
          >
            {HORIZONS.map((one) => (
              <option key={one} value={one}>
                {counted(one, 'session')}
              </option>
            ))}
          </select>
          <span className="muted">before; a ring where the close fell outside 90 %</span>
          <IndicatorChoice
            symbol={symbol}
            chosen={names}
            onChange={(chosen) => setAddress({ indicators: chosen.length === 0 ? null : chosen.join(',') })}
          />
        </div>
        <AsTable label="The chart as a table">
          <BarsTable bars={shownBars} past={shownPast} horizon={horizon} />
        </AsTable>
      </section>
      <section className="forecast-side" aria-label="Forecast">
        <OriginControl origins={origins} index={index} choose={choose} />
        <Answered asked={fanAsked} height={420}>
          {(data) => (
            <FanTable fan={data} horizon={horizon} onHorizon={(one) => setAddress({ horizon: String(one) })} />
          )}
        </Answered>
      </section>
    </div>
  );
}

/** Whole pages of the bars in sight, so that an answer for them is asked for once a page. */
function limitOf(shown: readonly Bar[]): number {
  return Math.min(2000, Math.max(1, Math.ceil(shown.length / PAGE_OF_BARS)) * PAGE_OF_BARS);
}

function labelOf(symbol: string, data: Fan | undefined, shown: readonly Bar[]): string {
  const last = data?.points.at(-1);
  const range = `${symbol}, daily bars from ${day(shown[0]?.session)} to ${day(shown.at(-1)?.session)}.`;
  if (!data || !last) return range;
  return `${range} Forecast from ${day(data.originSession)}: for ${day(last.targetSession)} a median of ${price(last.point)}, with 90 % between ${price(last.p05)} and ${price(last.p95)}. “Tomorrow = today” says ${price(data.originClose)}.`;
}

function Readout({
  bars: shown,
  fan: data,
  pointed,
  lines,
}: {
  bars: readonly Bar[];
  fan: Fan | undefined;
  pointed: string | undefined;
  lines: readonly IndicatorLine[];
}): ReactElement {
  const session = pointed ?? shown.at(-1)?.session;
  const bar = shown.find((one) => one.session === session);
  const point = data?.points.find(({ targetSession }) => targetSession === session);
  return (
    <p className="readout" aria-hidden="true">
      <span className="at">{day(session)}</span>
      {bar
        ? (['open', 'high', 'low', 'close'] as const).map((name) => (
            <span key={name}>
              {name} <b>{price(bar[name])}</b>
            </span>
          ))
        : null}
      {bar && bar.volume !== null ? (
        <span>
          volume <b>{bar.volume.toLocaleString('en', { notation: 'compact' })}</b>
        </span>
      ) : null}
      {point ? (
        <span className="forecast-readout">
          forecast <b>{price(point.point)}</b> 90 %{' '}
          <b>
            {price(point.p05)} … {price(point.p95)}
          </b>
        </span>
      ) : null}
      {lines.map(({ name, points }) => (
        <span key={name}>
          {name} <b>{number(points.find((one) => one.session === session)?.value)}</b>
        </span>
      ))}
    </p>
  );
}

function OriginControl({
  origins,
  index,
  choose,
}: {
  origins: readonly Origin[];
  index: number;
  choose: (index: number) => void;
}): ReactElement {
  const origin = origins[index];
  return (
    <div className="origin-control">
      <p className="origin-title">
        Forecast from <b>{day(origin?.session)}</b>
      </p>
      <div className="origin-steps">
        <button
          type="button"
          className="icon-button"
          aria-label="The forecast from the session before"
          disabled={index === 0}
          onClick={() => choose(index - 1)}
        >
          <Icon name="back" />
        </button>
        <input
          type="range"
          aria-label="Session of the forecast"
          aria-valuetext={day(origin?.session)}
          min={0}
          max={Math.max(0, origins.length - 1)}
          value={index}
          onChange={(event) => choose(Number(event.target.value))}
        />
        <button
          type="button"
          className="icon-button"
          aria-label="The forecast from the session after"
          disabled={index === origins.length - 1}
          onClick={() => choose(index + 1)}
        >
          <Icon name="forward" />
        </button>
      </div>
      <p className="small muted">
        {count(index + 1)} of {count(origins.length)}, since {day(origins[0]?.session)}
      </p>
    </div>
  );
}

function FanTable({
  fan: data,
  horizon,
  onHorizon,
}: {
  fan: Fan;
  horizon: number;
  onHorizon: (horizon: number) => void;
}): ReactElement {
  if (data.points.length === 0) {
    return (
      <Empty title="The forecaster abstained">
        <p>
          <b>{data.abstention?.code ?? 'no reason was recorded'}</b>
        </p>
        <p>{data.abstention?.detail}</p>
      </Empty>
    );
  }
  const matured = data.points.filter(({ actualClose }) => actualClose !== null);
  const inside = matured.filter(({ inside90 }) => inside90 === true).length;
  return (
    <>
      <p className="small">
        <b>{data.forecaster}</b>
        {data.modelVersion === null ? null : `, version ${data.modelVersion}`} ·{' '}
        <span className="muted">
          {matured.length === 0
            ? 'none of its sessions has come'
            : `${inside} of ${counted(matured.length, 'outcome')} inside 90 %`}
        </span>
      </p>
      <p className="small muted">“Tomorrow = today” forecasts {price(data.originClose)} for every session.</p>
      <Table
        caption={`Forecast from ${day(data.originSession)}`}
        rows={data.points}
        rowKey={(point) => String(point.horizon)}
        highlighted={(point) => point.horizon === horizon}
        columns={[
          {
            id: 'horizon',
            header: 'Session',
            cell: (point) => (
              <button
                type="button"
                className="link nowrap"
                aria-pressed={point.horizon === horizon}
                onClick={() => onHorizon(point.horizon)}
              >
                <span className="muted">+{point.horizon}</span> {day(point.targetSession).replace(/ \d{4}$/, '')}
              </button>
            ),
          },
          {
            id: 'median',
            header: 'Median',
            numeric: true,
            cell: (point) => (
              <>
                {price(point.point)}
                <span className="beside wide-only">
                  {signedPercent(data.originClose === null ? null : point.point / data.originClose - 1)}
                </span>
              </>
            ),
          },
          {
            id: 'interval',
            header: '90 % interval',
            numeric: true,
            cell: (point) => (
              <span className="nowrap">
                {roughPrice(point.p05)} … {roughPrice(point.p95)}
              </span>
            ),
          },
          { id: 'actual', header: 'Happened', numeric: true, cell: (point) => <Happened point={point} /> },
        ]}
      />
    </>
  );
}

function Happened({ point: { actualClose, inside90 } }: { point: FanPoint }): ReactElement {
  if (actualClose === null) return <span className="muted">to come</span>;
  return (
    <span className={inside90 ? 'nowrap happened-inside' : 'nowrap happened-outside'}>
      {price(actualClose)} <Icon name={inside90 ? 'done' : 'failed'} size={12} />
      <span className="unseen">{inside90 ? 'inside' : 'outside'}</span>
    </span>
  );
}

function IndicatorChoice({
  symbol,
  chosen,
  onChange,
}: {
  symbol: string;
  chosen: readonly string[];
  onChange: (names: string[]) => void;
}): ReactElement {
  const [open, setOpen] = useState(false);
  const asked = useQuery({ ...indicators(symbol, [], 1), enabled: open });
  return (
    <details className="indicators" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="button">Indicators{chosen.length > 0 ? ` (${chosen.length})` : ''}</summary>
      <div className="indicator-list">
        {open ? (
          <Answered asked={asked} height={120}>
            {({ names, featureSet }) => (
              <>
                <p className="small muted">
                  As stored and served in {featureSet}; up to {MOST_INDICATORS}
                </p>
                <div className="indicator-names">
                  {names.map((name) => {
                    const checked = chosen.includes(name);
                    return (
                      <label key={name} className="check">
                        <input
                          type="checkbox"
                          checked={checked}
                          disabled={!checked && chosen.length >= MOST_INDICATORS}
                          onChange={() => onChange(checked ? chosen.filter((one) => one !== name) : [...chosen, name])}
                        />
                        {name}
                      </label>
                    );
                  })}
                </div>
              </>
            )}
          </Answered>
        ) : null}
      </div>
    </details>
  );
}

const MOST_ROWS = 250;

function BarsTable({
  bars: shown,
  past,
  horizon,
}: {
  bars: readonly Bar[];
  past: readonly { targetSession: string; point: number; p05: number; p95: number }[];
  horizon: number;
}): ReactElement {
  const byTarget = new Map(past.map((forecast) => [forecast.targetSession, forecast]));
  return (
    <Table
      caption="Bars, newest first"
      rows={shown.slice(-MOST_ROWS).toReversed()}
      rowKey={({ session }) => session}
      columns={[
        { id: 'session', header: 'Session', cell: ({ session }) => <span className="nowrap">{day(session)}</span> },
        ...(['open', 'high', 'low', 'close'] as const).map((name) => ({
          id: name,
          header: name[0]?.toUpperCase() + name.slice(1),
          numeric: true,
          cell: (bar: Bar) => price(bar[name]),
        })),
        { id: 'volume', header: 'Volume', numeric: true, cell: ({ volume }) => count(volume) },
        ...(past.length === 0
          ? []
          : [
              {
                id: 'past',
                header: `Forecast ${counted(horizon, 'session')} before: median, 90 % interval`,
                numeric: true,
                cell: ({ session }: Bar) => {
                  const forecast = byTarget.get(session);
                  return forecast ? `${price(forecast.point)}, ${price(forecast.p05)} … ${price(forecast.p95)}` : null;
                },
              },
            ]),
      ]}
    />
  );
}
