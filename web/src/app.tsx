import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactElement, Suspense, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation, useParams } from 'wouter';
import { type Connection, useConnection } from './api/live';
import { instance } from './api/queries';
import { Skeleton } from './components/answer';
import { useKeys, useTitle } from './components/browser';
import { Icon } from './components/icons';
import { KeysDialog } from './components/keys-dialog';
import { SymbolSearch } from './components/symbol-search';
import { count, day } from './format';
import { chooseTheme, useTheme } from './theme';
import { OverviewView } from './views/overview';

const SymbolView = lazy(() => import('./views/symbol/symbol'));
const SessionsView = lazy(() => import('./views/sessions/sessions'));
const SessionView = lazy(() => import('./views/sessions/session'));
const RunView = lazy(() => import('./views/sessions/run'));
const DeadLettersView = lazy(() => import('./views/dead-letters'));
const DeadLetterView = lazy(() => import('./views/dead-letter'));
const ActionsView = lazy(() => import('./views/actions'));

export function App(): ReactElement {
  const search = useRef<HTMLInputElement>(null);
  const [keysShown, setKeysShown] = useState(false);
  useKeys((key) => {
    if (key === '/') search.current?.focus();
    else if (key === '?') setKeysShown(true);
    else return false;
    return true;
  });
  return (
    <>
      <a className="skip" href="#content">
        To the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <Icon name="bell" size={18} /> Closing Bell
        </Link>
        <Navigation />
        <div className="tools">
          <SymbolSearch field={search} />
          <ConnectionMark />
          <ThemeButton />
          <button type="button" className="icon-button" aria-label="Keys" onClick={() => setKeysShown(true)}>
            <Icon name="keyboard" />
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Suspense fallback={<Skeleton height={600} />}>
          <Switch>
            <Route path="/" component={OverviewView} />
            <Route path="/symbols/:symbol">
              <BySymbol />
            </Route>
            <Route path="/sessions" component={SessionsView} />
            <Route path="/sessions/:session" component={SessionView} />
            <Route path="/sessions/:session/:symbol" component={RunView} />
            <Route path="/dead-letters" component={DeadLettersView} />
            <Route path="/dead-letters/:id" component={DeadLetterView} />
            <Route path="/actions" component={ActionsView} />
            <Route>
              <NoSuchPage />
            </Route>
          </Switch>
        </Suspense>
      </main>
      <Foot />
      {keysShown ? <KeysDialog onClose={() => setKeysShown(false)} /> : null}
    </>
  );
}

/** Another symbol is another page: nothing of one is kept for the next. */
function BySymbol(): ReactElement {
  const { symbol } = useParams<{ symbol: string }>();
  return <SymbolView key={symbol} symbol={symbol} />;
}

function Navigation(): ReactElement {
  const [location] = useLocation();
  const { data } = useQuery(instance());
  const letters = data?.openDeadLetters ?? 0;
  const places = [
    { href: '/', label: 'Overview', here: location === '/' || location.startsWith('/symbols') },
    { href: '/sessions', label: 'Sessions', here: location.startsWith('/sessions') },
    { href: '/dead-letters', label: 'Dead letters', here: location.startsWith('/dead-letters') },
    { href: '/actions', label: 'Actions', here: location.startsWith('/actions') },
  ];
  return (
    <nav aria-label="Pages">
      {places.map(({ href, label, here }) => (
        <Link key={href} href={href} aria-current={here ? 'page' : undefined}>
          {label}
          {href === '/dead-letters' && letters > 0 ? <span className="badge"> {count(letters)}</span> : null}
        </Link>
      ))}
    </nav>
  );
}

const CONNECTIONS: Readonly<Record<Connection, { label: string; title: string }>> = {
  connecting: { label: 'connecting', title: 'Waiting for the monitor’s stream of changes' },
  live: { label: 'live', title: 'Changes appear by themselves' },
  polling: { label: 'polling', title: 'The stream of changes is away: this page asks every few seconds' },
};

function ConnectionMark(): ReactElement {
  const connection = useConnection();
  const { label, title } = CONNECTIONS[connection];
  return (
    <span className={`connection connection-${connection}`} title={title} role="status">
      {label}
    </span>
  );
}

function ThemeButton(): ReactElement {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  useEffect(() => {
    const meta = document.querySelector('meta[name="color-scheme"]');
    meta?.setAttribute('content', theme);
  }, [theme]);
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Use the ${other} theme`}
      onClick={() => chooseTheme(other)}
    >
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}

function Foot(): ReactElement {
  const { data } = useQuery(instance());
  return (
    <footer className="foot">
      <span>
        {data
          ? `${data.exchange} · latest session ${day(data.latestSession)} · warehouse ${data.warehouse} · ${data.code}`
          : '\u00a0'}
      </span>
      <span>
        Forecasts are not advice. Charts by{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          TradingView
        </a>{' '}
        Lightweight Charts.
      </span>
    </footer>
  );
}

function NoSuchPage(): ReactElement {
  useTitle('No such page');
  return (
    <>
      <div className="heading">
        <h1>No such page</h1>
      </div>
      <p>
        <Link href="/">To the overview</Link>
      </p>
    </>
  );
}
