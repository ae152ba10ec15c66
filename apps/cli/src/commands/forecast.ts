import { isBaseline } from '@closing-bell/forecasting';
import { type Connection } from '../connection';
import { CommandError, print, type Terminal } from '../terminal';
import { fanChart } from '../terminal/fan-chart';
import { table } from '../terminal/table';

/** What is used of the API's answers. */
interface Fan {
  readonly originSession: string;
  readonly originClose: number | null;
  readonly forecaster: string | null;
  readonly modelVersion: number | null;
  readonly points: readonly {
    readonly targetSession: string;
    readonly point: number;
    readonly p05: number;
    readonly p25: number;
    readonly p75: number;
    readonly p95: number;
  }[];
  readonly abstention: { readonly code: string; readonly detail: string } | null;
}

interface Performance {
  readonly horizons: readonly {
    readonly horizon: number;
    readonly forecasts: number;
    readonly mae: number;
    readonly naiveMae: number;
    readonly crps: number;
    readonly naiveCrps: number;
    readonly coverage90: number;
  }[];
}

interface Decision {
  readonly session: string;
  readonly decision: string;
  readonly modelVersion: number;
  readonly reasons: readonly { readonly code: string }[];
}

const SHOWN_CLOSES = 60;
const SHOWN_DECISIONS = 10;
// A forecaster that has been silent for longer has no forecast worth looking at.
const SOUGHT_ORIGINS = 250;

/** Prints a symbol's forecast as a table and a plot, and how earlier ones fared beside “tomorrow = today”. */
export async function showForecast(
  terminal: Terminal,
  { monitor }: Connection,
  symbol: string,
  options: { session?: string; json?: boolean },
): Promise<void> {
  const of = `symbols/${encodeURIComponent(symbol)}`;
  const asked = await monitor.get<Fan>(
    `${of}/forecast${options.session === undefined ? '' : `?origin=${encodeURIComponent(options.session)}`}`,
  );
  const forecast = asked.abstention ? await forecastBefore(monitor, symbol, asked, options.session) : asked;
  const [{ bars }, { horizons }, { decisions }] = await Promise.all([
    monitor.get<{ bars: readonly { close: number }[] }>(
      `${of}/bars?to=${forecast.originSession}&limit=${SHOWN_CLOSES}`,
    ),
    monitor.get<Performance>(`${of}/performance`),
    monitor.get<{ decisions: readonly Decision[] }>(`${of}/models?trained=true&limit=${SHOWN_DECISIONS}`),
  ]);
  if (options.json) {
    const { abstention } = asked;
    return print(terminal, JSON.stringify({ forecast, abstention, bars, performance: horizons, decisions }, null, 2));
  }
  if (asked.abstention) {
    print(terminal, `\n${abstentionOf(symbol, asked)}`);
    print(terminal, `The latest forecast is older, from ${forecast.originSession}:`);
  }
  const closes = bars.map(({ close }) => close);
  showFan(terminal, symbol, forecast, closes);
  showPerformance(terminal, horizons);
  showDecisions(terminal, decisions);
}

/** The latest forecast before an abstention. @throws CommandError where there is none, or an origin was asked for: then with the reason */
async function forecastBefore(
  monitor: Connection['monitor'],
  symbol: string,
  asked: Fan,
  session: string | undefined,
): Promise<Fan> {
  const of = `symbols/${encodeURIComponent(symbol)}`;
  const { origins } = await monitor.get<{ origins: readonly { session: string; abstained: boolean }[] }>(
    `${of}/origins?limit=${SOUGHT_ORIGINS}`,
  );
  const before = session === undefined ? origins.find(({ abstained }) => !abstained) : undefined;
  if (!before) throw new CommandError(abstentionOf(symbol, asked));
  return monitor.get<Fan>(`${of}/forecast?origin=${before.session}`);
}

function abstentionOf(symbol: string, { originSession, abstention }: Fan): string {
  return `no forecast of ${symbol} from ${originSession}: the forecaster abstained (${abstention?.code}). ${abstention?.detail}`;
}

function showFan(terminal: Terminal, symbol: string, fan: Fan, closes: readonly number[]): void {
  const { originSession, originClose, forecaster, modelVersion, points } = fan;
  const version = modelVersion ? `, version ${modelVersion}` : '';
  const model = `${isBaseline(forecaster ?? '') ? 'the baseline ' : ''}${forecaster}${version}`;
  const close = money(originClose ?? NaN);
  print(terminal, `\n${symbol} after the close of ${originSession} at ${close}, by ${model}\n`);
  print(
    terminal,
    table(
      ['session', 'median', '50 % interval', '90 % interval', '“tomorrow = today”'],
      points.map(({ targetSession, point, p05, p25, p75, p95 }) => [
        targetSession,
        money(point),
        `${money(p25)} – ${money(p75)}`,
        `${money(p05)} – ${money(p95)}`,
        close,
      ]),
      [1, 2, 3, 4],
    ),
  );
  print(terminal, `\n${fanChart(closes, points)}`);
  print(
    terminal,
    `${''.padStart(11)}${'last closes ●'.padEnd(closes.length + 2)}next 10 sessions: median ─, half ▓, 90 % ░\n`,
  );
}

function showPerformance(terminal: Terminal, horizons: Performance['horizons']): void {
  if (horizons.length === 0) return print(terminal, 'No earlier forecast has matured yet.\n');
  print(terminal, 'How earlier forecasts fared, beside “tomorrow = today” (below 1.00 is better than it):\n');
  print(
    terminal,
    table(
      ['sessions ahead', 'matured', 'mean abs. error', 'to naive', 'CRPS to naive', '90 % interval held'],
      horizons.map(({ horizon, forecasts, mae, naiveMae, crps, naiveCrps, coverage90 }) => [
        String(horizon),
        String(forecasts),
        money(mae),
        (mae / naiveMae).toFixed(2),
        (crps / naiveCrps).toFixed(2),
        `${(100 * coverage90).toFixed(0)} %`,
      ]),
      [0, 1, 2, 3, 4, 5],
    ),
  );
  print(terminal, '');
}

function showDecisions(terminal: Terminal, decisions: readonly Decision[]): void {
  if (decisions.length === 0) return;
  print(terminal, 'Decisions on the model, newest first:');
  for (const { session, decision, reasons, modelVersion } of decisions) {
    const codes = reasons.map(({ code }) => code).join(', ');
    print(terminal, `  ${session}  ${decision}${modelVersion === 0 ? '' : ` version ${modelVersion}`}  (${codes})`);
  }
  print(terminal, '');
}

function money(price: number): string {
  return price.toFixed(2);
}
