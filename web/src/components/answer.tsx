import { type UseInfiniteQueryResult, type UseQueryResult } from '@tanstack/react-query';
import { type ReactElement, type ReactNode } from 'react';
import { ApiError } from '../api/client';

type Asked<T> = Pick<UseQueryResult<T>, 'data' | 'error' | 'isFetching'> & { refetch(): unknown };

/**
 * What an answer is shown as: a skeleton of the same height while it is awaited, what happened and a way to ask again where it failed,
 * else its content. What was shown before stays, and says so, while the monitor is away.
 */
export function Answered<T>({
  asked,
  height,
  children,
}: {
  asked: Asked<T>;
  /** Of the skeleton, pixels: what comes takes about as much, so that nothing jumps. */
  height: number;
  children: (data: T) => ReactNode;
}): ReactElement {
  const { data, error } = asked;
  if (data === undefined) return error ? <Failure asked={asked} error={error} /> : <Skeleton height={height} />;
  return (
    <>
      {error ? <Stale asked={asked} error={error} /> : null}
      {children(data)}
    </>
  );
}

export function Skeleton({ height }: { height: number }): ReactElement {
  return <div className="skeleton" style={{ height }} role="status" aria-label="Loading" />;
}

function Failure({ asked, error }: { asked: Asked<unknown>; error: Error }): ReactElement {
  const absent = error instanceof ApiError && error.status === 404;
  return (
    <div className="notice" role={absent ? 'status' : 'alert'}>
      <h2>{absent ? 'Nothing here' : 'This could not be read'}</h2>
      <p>{error.message}</p>
      <p className="muted">{whatToDo(error)}</p>
      <button type="button" className="button" disabled={asked.isFetching} onClick={() => void asked.refetch()}>
        {asked.isFetching ? 'Asking …' : 'Ask again'}
      </button>
    </div>
  );
}

function Stale({ asked, error }: { asked: Asked<unknown>; error: Error }): ReactElement {
  return (
    <p className="stale" role="status">
      What you see may be old: {error.message}{' '}
      <button type="button" className="link" onClick={() => void asked.refetch()}>
        Ask again
      </button>
    </p>
  );
}

function whatToDo(error: Error): string {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 0) return 'Does everything run? Start it with closing-bell up; this page finds it by itself.';
  if (status === 404) return 'The address may have a typing error, or the close was not replayed yet.';
  if (status === 503) return 'The warehouse is away. It is asked again until it is back.';
  return 'If it stays so, the monitor’s log says more.';
}

/** A button that loads what comes next in a list. */
export function More({ asked, label }: { asked: UseInfiniteQueryResult; label: string }): ReactElement | null {
  if (!asked.hasNextPage) return null;
  return (
    <p className="more">
      <button
        type="button"
        className="button"
        disabled={asked.isFetchingNextPage}
        onClick={() => void asked.fetchNextPage()}
      >
        {asked.isFetchingNextPage ? 'Loading …' : label}
      </button>
    </p>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <div className="notice" role="status">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
