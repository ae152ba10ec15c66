import { type CleaningRule } from './cleaning';

export const volumeMissing: CleaningRule = {
  name: 'volume-missing',
  detects: 'a volume that is not given, negative, or zero though the price moved',
  does: 'makes it NaN, which is to say unknown; one note for a stretch of rows',
  apply: (rows, { note }) => {
    const unknown = rows.map(
      ({ volume, high, low }) => Number.isNaN(volume) || volume < 0 || (volume === 0 && high > low),
    );
    for (let place = 0; place < rows.length; place++) {
      if (!unknown[place]) continue;
      const first = place;
      while (unknown[place + 1]) place++;
      const count = place - first + 1;
      note(
        rows[first]?.session ?? '',
        `no volume that can be true in ${count} row${count === 1 ? '' : 's'} up to ${rows[place]?.session}`,
        'volume unknown (NaN)',
      );
    }
    return rows.map((row, place) => (unknown[place] ? { ...row, volume: Number.NaN } : row));
  },
};
