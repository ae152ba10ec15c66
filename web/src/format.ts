/** How numbers, days and times are written, everywhere the same. */

const NO_BREAK = '\u202f';
const MINUS = '\u2212';
const NONE = '–';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function decimals(value: number, digits: number): string {
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // What rounds to zero has no sign.
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

/** A price with as many digits as tell two apart: 2,874.56, 0.00123. */
export function price(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  return decimals(value, size === 0 || size >= 1 ? 2 : Math.min(8, 2 - Math.floor(Math.log10(size))));
}

/** A price beside which cents say nothing: at the edge of an interval. */
export function roughPrice(value: number): string {
  const size = Math.abs(value);
  return size >= 100 ? decimals(value, size >= 1000 ? 0 : 1) : price(value);
}

/** A share as a percentage: 0.894 → 89.4 %. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  return `${decimals(share * 100, digits)}${NO_BREAK}%`;
}

/** The same with its sign: +1.2 %. */
export function signedPercent(share: number | null | undefined, digits = 1): string {
  const text = percent(share, digits);
  return share !== null && share !== undefined && share > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A number of no unit to so many significant digits. */
export function number(value: number | null | undefined, significant = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return value.toExponential(significant - 1).replaceAll('-', MINUS);
  return decimals(value, Math.max(0, significant - 1 - Math.floor(Math.log10(size))));
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : decimals(value, 0);
}

/** A count and its noun: 1 session, 2 sessions. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** 2020-04-17 → 17 Apr 2020. */
export function day(session: string | null | undefined): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(session ?? '');
  if (!parts) return NONE;
  return `${Number(parts[3])} ${MONTHS[Number(parts[2]) - 1]} ${parts[1]}`;
}

/** 2020-04-17 → 17 Apr, where the year is said beside it. */
export function dayOfYear(session: string): string {
  return day(session).replace(/ \d{4}$/, '');
}

/** An instant in UTC, as the services log it: 17 Apr 2020, 20:15:03. */
export function instant(time: string | null | undefined): string {
  return time ? `${day(time)}, ${time.slice(11, 19)}` : NONE;
}

/** 0.42 → 420 ms, 75 → 1 min 15 s. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)}${NO_BREAK}ms`;
  if (seconds < 59.95) return `${decimals(seconds, seconds < 9.95 ? 1 : 0)}${NO_BREAK}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}${NO_BREAK}min ${whole % 60}${NO_BREAK}s`;
  return `${Math.floor(whole / 3600)}${NO_BREAK}h ${Math.floor((whole % 3600) / 60)}${NO_BREAK}min`;
}

/** What made the trainer decide. */
export function triggerWords(trigger: string): string {
  return trigger === 'drift-detected' ? 'after drift' : 'at the close';
}

/** Words of a code or an id: data-drift → data drift. */
export function words(code: string): string {
  return code.replaceAll('-', ' ').replaceAll('_', ' ');
}
