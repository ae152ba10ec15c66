import { isBaseline } from '@closing-bell/forecasting';
import { type Connection } from '../connection';
import { print, type Terminal } from '../terminal';
import { fanChart } from '../terminal/fan-chart';
import { table } from '../terminal/table';

interface ForecastAnswer {
  readonly forecast: readonly {
    readonly symbol: string;
    readonly origin_session: string;
    readonly horizon: number;
    readonly target_session: string;
    readonly model_version: number;
    readonly forecaster: string;
    readonly origin_close: number;
    readonly point: number;
    readonly p05: number;
    readonly p25: number;
    readonly p75: number;
    readonly p95: number;
  }[];
  /** Why there is no forecast from a later session. */
  readonly abstention?: { readonly session: string; readonly code: string; readonly detail: string };
  readonly closes: readonly { readonly session: string; readonly close: number }[];
  readonly performance: readonly {
    readonly horizon: number;
    readonly forecasts: number;
    readonly mae: number;
    readonly naive_mae: number;
    readonly crps: number;
    readonly naive_crps: number;
    readonly coverage_90: number;
  }[];
  readonly decisions: readonly {
    readonly session: string;
    readonly trigger: string;
    readonly decision: string;
    readonly reasons: string;
    readonly model_version: number;
  }[];
}

/** Prints a symbol's forecast as a table and a plot, and how earlier ones fared beside “tomorrow = today”. */
export async function showForecast(
  terminal: Terminal,
  connection: Connection,
  symbol: string,
  options: { session?: string; json?: boolean },
): Promise<void> {
  const query = options.session === undefined ? '' : `?session=${encodeURIComponent(options.session)}`;
  const answer = await connection.monitor.get<ForecastAnswer>(`forecasts/${encodeURIComponent(symbol)}${query}`);
  if (options.json) return print(terminal, JSON.stringify(answer, null, 2));
  const [first] = answer.forecast;
  if (!first) return;
  showAbstention(terminal, answer, symbol, first.origin_session);
  const version = first.model_version === 0 ? '' : `, version ${first.model_version}`;
  const model = `${isBaseline(first.forecaster) ? 'the baseline ' : ''}${first.forecaster}${version}`;
  print(
    terminal,
    `\n${symbol} after the close of ${first.origin_session} at ${money(first.origin_close)}, by ${model}\n`,
  );
  print(
    terminal,
    table(
      ['session', 'median', '50 % interval', '90 % interval', '“tomorrow = today”'],
      answer.forecast.map(({ target_session, point, p05, p25, p75, p95, origin_close }) => [
        target_session,
        money(point),
        `${money(p25)} – ${money(p75)}`,
        `${money(p05)} – ${money(p95)}`,
        money(origin_close),
      ]),
      [1, 2, 3, 4],
    ),
  );
  print(terminal, `\n${fanChart(answer.closes.map(({ close }) => close), answer.forecast)}`); // prettier-ignore
  print(
    terminal,
    `${''.padStart(11)}${'last closes ●'.padEnd(answer.closes.length + 2)}next 10 sessions: median ─, half ▓, 90 % ░\n`,
  );
  showPerformance(terminal, answer);
  showDecisions(terminal, answer);
}

function showAbstention(terminal: Terminal, { abstention }: ForecastAnswer, symbol: string, origin: string): void {
  if (!abstention) return;
  const { session, code, detail } = abstention;
  print(terminal, `\nNo forecast of ${symbol} from ${session}: the forecaster abstained (${code}). ${detail}`);
  print(terminal, `The latest forecast is older, from ${origin}:`);
}

function showPerformance(terminal: Terminal, { performance }: ForecastAnswer): void {
  if (performance.length === 0) return print(terminal, 'No earlier forecast has matured yet.\n');
  print(terminal, 'How earlier forecasts fared, beside “tomorrow = today” (below 1.00 is better than it):\n');
  print(
    terminal,
    table(
      ['sessions ahead', 'matured', 'mean abs. error', 'to naive', 'CRPS to naive', '90 % interval held'],
      performance.map(({ horizon, forecasts, mae, naive_mae, crps, naive_crps, coverage_90 }) => [
        String(horizon),
        String(forecasts),
        money(mae),
        (mae / naive_mae).toFixed(2),
        (crps / naive_crps).toFixed(2),
        `${(100 * coverage_90).toFixed(0)} %`,
      ]),
      [0, 1, 2, 3, 4, 5],
    ),
  );
  print(terminal, '');
}

function showDecisions(terminal: Terminal, { decisions }: ForecastAnswer): void {
  if (decisions.length === 0) return;
  print(terminal, 'Decisions on the model, newest first:');
  for (const { session, decision, reasons, model_version } of decisions) {
    const codes = (JSON.parse(reasons) as { code: string }[]).map(({ code }) => code).join(', ');
    print(terminal, `  ${session}  ${decision}${model_version === 0 ? '' : ` version ${model_version}`}  (${codes})`);
  }
  print(terminal, '');
}

function money(price: number): string {
  return price.toFixed(2);
}
