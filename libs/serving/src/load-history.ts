import { type Reference } from '@closing-bell/contracts';
import { alignHistory, type History } from '@closing-bell/forecasting';
import { barsOfColumns } from '@closing-bell/market';
import { type SeriesStore } from '@closing-bell/storage';

/** Bars and features that a message refers to. Throws PermanentError where they are not there or not of the same sessions. */
export async function loadHistory(
  series: SeriesStore,
  { bars, features }: { readonly bars: Reference; readonly features: Reference },
): Promise<History> {
  const [barSnapshot, featureSnapshot] = await Promise.all([series.load(bars), series.load(features)]);
  return alignHistory(barsOfColumns(barSnapshot.series), featureSnapshot.series);
}
