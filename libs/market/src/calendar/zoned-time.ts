const formatters = new Map<string, Intl.DateTimeFormat>();

function wallClockOf(instant: number, timeZone: string): { date: string; time: string } {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatter.formatToParts(instant)) part[type] = value;
  return {
    date: `${part.year}-${part.month}-${part.day}`,
    time: `${part.hour}:${part.minute}:${part.second}`,
  };
}

/** The date ('YYYY-MM-DD') that a calendar on the wall shows in an IANA time zone at an instant. */
export function localDateOf(instant: Date, timeZone: string): string {
  return wallClockOf(instant.getTime(), timeZone).date;
}

/** The instant at which clocks in an IANA time zone show `time` ('HH:MM') on `date` ('YYYY-MM-DD'). */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  let instant = wanted;
  // The offset in force is known only at the instant that is sought: a second look settles days on which clocks change.
  for (let look = 0; look < 2; look++) {
    const shown = wallClockOf(instant, timeZone);
    instant += wanted - Date.parse(`${shown.date}T${shown.time}Z`);
  }
  return new Date(instant);
}
