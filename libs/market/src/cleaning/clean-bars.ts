import { PermanentError } from '@closing-bell/contracts';
import { type Bar, type RawBars, type Repair } from '../bars/bar';
import { type ExchangeCalendar } from '../calendar/exchange-calendar';
import { SourceUnavailableError } from '../sources/source-unavailable-error';
import { type Cleaning } from './cleaning';
import { CLEANING_RULES } from './cleaning-rules';

/** How long after a close its bar may still be published; a bar missing for longer will not come. */
const PUBLICATION_LIMIT_MS = 3 * 86_400_000;

/** Bars that may be relied on, oldest first and ending with the session asked for, and notes of what it took. */
export interface CleanBars {
  readonly bars: readonly Bar[];
  readonly repairs: readonly Repair[];
}

/**
 * Applies {@link CLEANING_RULES} to raw rows, in order. The outcome depends on the rows up to `session` alone; `now` decides
 * only whether a bar that is missing or not final is still waited for.
 *
 * Throws a PermanentError for what cannot be repaired (`unrepairable-bars`, with rule, session and fault) and for a bar that will
 * not come any more (`no-bar-for-session`); a SourceUnavailableError, to be retried, for one that may still come.
 */
export function cleanBars(
  raw: RawBars,
  { session, calendar, now }: { readonly session: string; readonly calendar: ExchangeCalendar; readonly now: Date },
): CleanBars {
  const repairs: Repair[] = [...raw.repairs];
  const { symbol, origin, vouchesFor } = raw;
  let rows: RawBars['rows'] = raw.rows.filter((row) => row.session <= session);

  for (const rule of CLEANING_RULES) {
    const cleaning: Cleaning = {
      session,
      calendar,
      now,
      vouchesFor,
      note: (at, before, after) => void repairs.push({ rule: rule.name, session: at, before, after }),
      refuse: (at, fault) => {
        throw new PermanentError(
          `Bars of ${symbol} from ${origin} are refused by the rule ${rule.name} at ${at}: ${fault}. ` +
            'Correct the source, then redrive the message.',
          { reason: 'unrepairable-bars', rule: rule.name, symbol, session, at, fault, origin },
        );
      },
      waitFor: (reason, fault) => {
        const facts = `No usable bar of ${symbol} for ${session} from ${origin}: ${fault}.`;
        if (now.getTime() - calendar.closeOf(session).getTime() <= PUBLICATION_LIMIT_MS) {
          throw new SourceUnavailableError(`${facts} It may still come and will be asked for again.`, {
            reason,
            source: origin,
            symbol,
            session,
          });
        }
        throw new PermanentError(`${facts} It is not waited for any longer: supply it, then redrive the message.`, {
          reason: 'no-bar-for-session',
          rule: rule.name,
          symbol,
          session,
          fault,
          origin,
        });
      },
    };
    rows = rule.apply(rows, cleaning);
  }
  return {
    bars: rows.map(({ session: at, open, high, low, close, volume }) => ({
      session: at,
      open,
      high,
      low,
      close,
      volume,
    })),
    repairs,
  };
}
