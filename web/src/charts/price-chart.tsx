import {
  CandlestickSeries,
  ColorType,
  createChart,
  CrosshairMode,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type Time,
} from 'lightweight-charts';
import { type ReactElement, useEffect, useEffectEvent, useRef } from 'react';
import type { Bar, Fan, PastForecast } from '../../../apps/monitor/src/api/answers';
import { day, dayOfYear, number, price } from '../format';
import { type Theme } from '../theme';
import { BandPrimitive, type Drawing } from './band-primitive';
import { colour, translucent } from './colours';
import { fanShape } from './fan-shape';

export interface IndicatorLine {
  readonly name: string;
  readonly points: readonly { readonly session: string; readonly value: number | null }[];
}

/** Of the room, one pane of an indicator. */
const PANE_HEIGHT = 110;
const PRICE_HEIGHT = 420;
/** Bars asked for before the first one is in sight. */
const READ_AHEAD = 20;
const PIXELS_A_BAR = 9;

interface Drawn {
  readonly chart: IChartApi;
  readonly candles: ISeriesApi<'Candlestick'>;
  readonly volume: ISeriesApi<'Histogram'>;
  readonly fan: BandPrimitive;
  readonly past: BandPrimitive;
}

/** Bars with a forecast's fan, past forecasts of one horizon behind them, and panes of indicators under them. */
export default function PriceChart({
  label,
  bars,
  fan,
  past,
  indicators,
  theme,
  onPoint,
  onReachStart,
}: {
  /** What it shows, in a sentence. */
  label: string;
  bars: readonly Bar[];
  fan: Fan | undefined;
  past: readonly PastForecast[];
  indicators: readonly IndicatorLine[];
  theme: Theme;
  /** The session under the crosshair, or none. */
  onPoint: (session: string | undefined) => void;
  onReachStart: () => void;
}): ReactElement {
  const container = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | undefined>(undefined);
  const panes = useRef<ISeriesApi<'Line'>[]>([]);
  const placed = useRef(false);
  const point = useEffectEvent(onPoint);
  const reachStart = useEffectEvent(onReachStart);

  useEffect(() => {
    if (!container.current) return;
    const chart = createChart(container.current, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      // Its logo comes with a style element of its own, which the content security policy forbids; the foot of the page names the library.
      layout: { attributionLogo: false, fontSize: 11, panes: { enableResize: false } },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, tickMarkFormatter: tickMark, minBarSpacing: 1.5 },
      localization: { priceFormatter: price, timeFormatter: (time: Time) => day(sessionOf(time)) },
      // The page scrolls under the wheel, unless somebody zooms.
      handleScroll: { mouseWheel: false, vertTouchDrag: false },
    });
    const candles = chart.addSeries(CandlestickSeries, { borderVisible: false, priceLineVisible: false });
    const volume = chart.addSeries(HistogramSeries, {
      priceScaleId: '',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.88, bottom: 0 } });
    const behind = new BandPrimitive();
    const before = new BandPrimitive();
    candles.attachPrimitive(behind);
    candles.attachPrimitive(before);
    chart.subscribeCrosshairMove(({ time }) => point(sessionOf(time)));
    chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < READ_AHEAD) reachStart();
    });
    drawn.current = { chart, candles, volume, fan: before, past: behind };
    return () => {
      drawn.current = undefined;
      panes.current = [];
      placed.current = false;
      chart.remove();
    };
  }, []);

  useEffect(() => {
    if (!drawn.current) return;
    const { chart, candles, volume } = drawn.current;
    const lines = colour('line');
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: 'transparent' },
        textColor: colour('muted'),
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: lines, separatorHoverColor: lines },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: lines } },
      crosshair: {
        vertLine: { color: colour('muted'), labelBackgroundColor: colour('strong-surface') },
        horzLine: { color: colour('muted'), labelBackgroundColor: colour('strong-surface') },
      },
    });
    const rise = colour('rise');
    const fall = colour('fall');
    candles.applyOptions({ upColor: rise, wickUpColor: rise, downColor: fall, wickDownColor: fall });
    volume.applyOptions({ color: translucent(colour('muted'), 0.28) });
  }, [theme]);

  useEffect(() => {
    if (!drawn.current || bars.length === 0) return;
    const { chart, candles, volume } = drawn.current;
    const last = bars.at(-1)?.session ?? '';
    // Sessions to come have no bar, and need a place on the time scale.
    const ahead = new Set<string>();
    for (const { targetSession } of [...(fan?.points ?? []), ...past])
      if (targetSession > last) ahead.add(targetSession);
    candles.setData([
      ...bars.map(({ session, open, high, low, close }) => ({ time: session, open, high, low, close })),
      ...[...ahead].sort().map((session) => ({ time: session })),
    ]);
    volume.setData(bars.flatMap(({ session, volume: value }) => (value === null ? [] : [{ time: session, value }])));
    if (placed.current || !fan) return;
    placed.current = true;
    const room = Math.max(30, Math.floor((container.current?.clientWidth ?? 900) / PIXELS_A_BAR));
    const shown = Math.min(room, bars.length + 14);
    const origin = bars.findIndex(({ session }) => session === fan?.originSession);
    const to = (origin < 0 ? bars.length - 1 : Math.min(bars.length - 1, origin + Math.round(shown / 3))) + 12;
    chart.timeScale().setVisibleLogicalRange({ from: to - shown, to });
  }, [bars, fan, past]);

  useEffect(() => {
    if (!drawn.current) return;
    drawn.current.fan.show(fan ? fanDrawing(fan) : NOTHING);
    drawn.current.past.show(pastDrawing(past));
  }, [fan, past, theme]);

  // Stepping to an origin out of sight brings it into sight, and moves nothing else.
  const originSession = fan?.originSession;
  const hasOrigin = bars.some(({ session }) => session === originSession);
  useEffect(() => {
    const scale = drawn.current?.chart.timeScale();
    const range = scale?.getVisibleLogicalRange();
    const index = bars.findIndex(({ session }) => session === originSession);
    if (!scale || !range || index < 0) return;
    const room = range.to - range.from;
    if (index > range.from + room * 0.05 && index + 10 < range.to) return;
    const from = Math.max(-2, index - room * 0.65);
    scale.setVisibleLogicalRange({ from, to: from + room });
    // Bars that were loaded since leave the view where it is.
  }, [originSession, hasOrigin]);

  useEffect(() => {
    if (!drawn.current) return;
    const { chart } = drawn.current;
    for (const series of panes.current) chart.removeSeries(series);
    panes.current = indicators.map(({ name, points }, index) => {
      const series = chart.addSeries(
        LineSeries,
        {
          title: name,
          color: colour('accent'),
          lineWidth: 2,
          priceLineVisible: false,
          priceFormat: { type: 'custom', formatter: (value: number) => number(value), minMove: 1e-6 },
        },
        index + 1,
      );
      series.setData(
        points.map(({ session, value }) => (value === null ? { time: session } : { time: session, value })),
      );
      return series;
    });
    chart.panes().forEach((pane, index) => pane.setStretchFactor(index === 0 ? PRICE_HEIGHT : PANE_HEIGHT));
  }, [indicators, theme]);

  return (
    <div
      ref={container}
      className="price-chart"
      role="img"
      aria-label={label}
      style={{ height: PRICE_HEIGHT + indicators.length * PANE_HEIGHT }}
    />
  );
}

const NOTHING: Drawing = { bands: [], lines: [], marks: [] };

function fanDrawing(fan: Fan): Drawing {
  const { band90, band50, median } = fanShape(fan.originSession, fan.originClose, fan.points);
  const accent = colour('accent');
  const lastTarget = median.at(-1)?.session;
  const naive =
    fan.originClose === null || lastTarget === undefined
      ? []
      : [fan.originSession, lastTarget].map((session) => ({ session, price: fan.originClose ?? 0 }));
  return {
    bands: [
      { points: band90, fill: translucent(accent, 0.17) },
      { points: band50, fill: translucent(accent, 0.26) },
    ],
    lines: [
      { points: naive, colour: colour('muted'), dashed: true },
      { points: median, colour: accent },
    ],
    marks: [],
  };
}

function pastDrawing(past: readonly PastForecast[]): Drawing {
  if (past.length === 0) return NOTHING;
  const tone = colour('past');
  const outside = colour('warn');
  return {
    bands: [
      {
        points: past.map(({ targetSession, p05, p95 }) => ({ session: targetSession, low: p05, high: p95 })),
        fill: translucent(tone, 0.15),
      },
    ],
    lines: [
      {
        points: past.map(({ targetSession, point }) => ({ session: targetSession, price: point })),
        colour: translucent(tone, 0.8),
      },
    ],
    marks: past.flatMap(({ targetSession, actualClose, inside90 }) =>
      inside90 === false && actualClose !== null
        ? [{ session: targetSession, price: actualClose, colour: outside }]
        : [],
    ),
  };
}

/** A business day is a text here: nothing else is ever given as a time. */
function sessionOf(time: Time | undefined): string | undefined {
  return typeof time === 'string' ? time : undefined;
}

function tickMark(time: Time): string {
  const session = sessionOf(time) ?? '';
  return session.endsWith('-01-02') ? session.slice(0, 4) : dayOfYear(session);
}
