import { useQuery } from '@tanstack/react-query';
import type { Origin } from '../../../../apps/monitor/src/api/answers';
import { origins } from '../../api/queries';
import { useAddress } from '../../components/browser';

export const HORIZONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;

/** The horizon in the address; the farthest otherwise. */
export function chosenHorizon(address: URLSearchParams): number {
  const horizon = Number(address.get('horizon'));
  return HORIZONS.some((one) => one === horizon) ? horizon : 10;
}

/** Origins of a symbol, oldest first, and the one in the address; the latest otherwise. */
export function useOrigins(symbol: string): {
  asked: ReturnType<typeof useQuery<{ origins: Origin[] }>>;
  origins: readonly Origin[];
  index: number;
  choose: (index: number) => void;
} {
  const [address, setAddress] = useAddress();
  const asked = useQuery({ ...origins(symbol), select: ({ origins: newest }) => ({ origins: newest.toReversed() }) });
  const known = asked.data?.origins ?? [];
  const wanted = address.get('origin');
  const found = wanted === null ? -1 : known.findIndex(({ session }) => session === wanted);
  const index = found < 0 ? known.length - 1 : found;
  const choose = (to: number): void => {
    const within = Math.max(0, Math.min(known.length - 1, to));
    // Where the latest is shown, the next close is shown when it comes.
    setAddress({ origin: within === known.length - 1 ? null : (known[within]?.session ?? null) });
  };
  return { asked, origins: known, index, choose };
}
