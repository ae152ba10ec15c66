import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link } from 'wouter';
import type { DeadLetterSummary } from '../../../apps/monitor/src/api/answers';
import { deadLetters } from '../api/queries';
import { Answered, Empty, More } from '../components/answer';
import { linkTo, useTitle } from '../components/browser';
import { Icon } from '../components/icons';
import { Table } from '../components/table';
import { count, day, instant, words } from '../format';

/** Messages that could not be handled, newest first. */
export default function DeadLettersView(): ReactElement {
  useTitle('Dead letters');
  const asked = useInfiniteQuery(deadLetters());
  return (
    <>
      <div className="heading">
        <h1>Dead letters</h1>
        <p className="muted">messages that could not be handled</p>
      </div>
      <Answered asked={asked} height={480}>
        {({ pages }) => {
          const letters = pages.flatMap((page) => page.letters);
          return letters.length === 0 ? (
            <Empty title="None">
              <p>Every message was handled, or is still being tried.</p>
            </Empty>
          ) : (
            <>
              <Letters letters={letters} />
              <More asked={asked} label="Earlier letters" />
            </>
          );
        }}
      </Answered>
    </>
  );
}

function Letters({ letters }: { letters: readonly DeadLetterSummary[] }): ReactElement {
  return (
    <Table
      caption="Dead letters, newest first"
      rows={letters}
      rowKey={({ id }) => id}
      columns={[
        {
          id: 'published',
          header: 'Died (UTC)',
          cell: ({ id, publishedAt }) => (
            <Link href={linkTo.deadLetter(id)} className="strong nowrap">
              {instant(publishedAt)}
            </Link>
          ),
        },
        {
          id: 'subject',
          header: 'Subject',
          cell: ({ subject, session }) => (
            <>
              <b>{subject}</b> <span className="beside nowrap">{session === null ? '' : day(session)}</span>
            </>
          ),
        },
        {
          id: 'reason',
          header: 'Reason',
          cell: ({ reason, detail }) => (
            <>
              <b>{words(reason)}</b> <span className="wrap">{detail}</span>
            </>
          ),
        },
        { id: 'subscription', header: 'Subscription', cell: ({ subscription }) => <code>{subscription}</code> },
        { id: 'attempts', header: 'Attempts', numeric: true, cell: ({ attempts }) => count(attempts) },
        { id: 'state', header: 'State', cell: ({ redriven }) => <LetterState redriven={redriven} /> },
      ]}
    />
  );
}

export function LetterState({ redriven }: { redriven: boolean }): ReactElement {
  return redriven ? (
    <span className="state state-done">
      <Icon name="retrying" size={14} />
      sent again
    </span>
  ) : (
    <span className="state state-failed">
      <Icon name="failed" size={14} />
      open
    </span>
  );
}
