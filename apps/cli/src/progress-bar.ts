import { Presets, SingleBar } from 'cli-progress';

/** A bar with rate and time left on a terminal, a line every few seconds where there is none. */
export function progressBar(output: NodeJS.WriteStream, total: number, unit: string) {
  const started = Date.now();
  const bar = new SingleBar(
    {
      format: `  {bar} {value}/{total} ${unit}  {rate}/s  {eta_formatted} left  {now}`,
      stream: output,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      hideCursor: true,
      etaBuffer: 20,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { rate: '–', now: '' });
  let done = 0;
  return {
    step(now: string): void {
      done += 1;
      bar.update(done, { rate: (done / ((Date.now() - started) / 1000)).toFixed(1), now });
    },
    /** Says what is going on while no unit is done. */
    note: (text: string): void => bar.update({ now: text }),
    stop: (): void => bar.stop(),
  };
}
