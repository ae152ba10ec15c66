import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link } from 'wouter';
import { bars } from '../../api/queries';
import { linkTo, useAddress, useTitle } from '../../components/browser';
import { day, price } from '../../format';
import { Change } from '../overview';
import { DriftTab } from './drift';
import { ForecastTab } from './forecast';
import { LineageTab } from './lineage';
import { ModelsTab } from './models';
import { PerformanceTab } from './performance';

const TABS = [
  { id: 'forecast', label: 'Forecast', Tab: ForecastTab },
  { id: 'performance', label: 'Performance', Tab: PerformanceTab },
  { id: 'drift', label: 'Drift', Tab: DriftTab },
  { id: 'models', label: 'Models', Tab: ModelsTab },
  { id: 'lineage', label: 'Lineage', Tab: LineageTab },
] as const;

/** All that is known of one symbol. */
export default function SymbolView({ symbol }: { symbol: string }): ReactElement {
  const [address] = useAddress();
  const asked = useInfiniteQuery(bars(symbol));
  const { id, label, Tab } = TABS.find((tab) => tab.id === address.get('tab')) ?? TABS[0];
  useTitle(`${symbol} ${label.toLowerCase()}`);

  const [before, last] = asked.data?.pages[0]?.bars.slice(-2) ?? [];
  const to = (tab: string): string => {
    const parameters = new URLSearchParams(address);
    parameters.set('tab', tab);
    return linkTo.symbol(symbol, Object.fromEntries(parameters));
  };
  return (
    <>
      <div className="heading symbol-heading">
        <h1>{symbol}</h1>
        {last ? (
          <p>
            <b className="last-price">{price(last.close)}</b>{' '}
            <Change change={before ? last.close / before.close - 1 : null} digits={2} />{' '}
            <span className="muted">
              at <Link href={linkTo.run(last.session, symbol)}>{day(last.session)}</Link>
            </span>
          </p>
        ) : (
          <p>&nbsp;</p>
        )}
      </div>
      <nav className="tabs" aria-label={`About ${symbol}`}>
        {TABS.map((tab) => (
          <Link key={tab.id} href={to(tab.id)} aria-current={tab.id === id ? 'page' : undefined}>
            {tab.label}
          </Link>
        ))}
      </nav>
      <Tab symbol={symbol} />
    </>
  );
}
