import { useQuery } from '@tanstack/react-query';
import { type ReactElement } from 'react';
import { Link, useParams } from 'wouter';
import type { Action, DeadLetterDetail } from '../../../apps/monitor/src/api/answers';
import { deadLetter, instance } from '../api/queries';
import { ActionDialog } from '../components/action-dialog';
import { Answered } from '../components/answer';
import { linkTo, useTitle } from '../components/browser';
import { Fact } from '../components/facts';
import { Hash } from '../components/hash';
import { Table } from '../components/table';
import { count, day, instant, words } from '../format';
import { LetterState } from './dead-letters';

/** One message that could not be handled, byte by byte, and the way to send it again. */
export default function DeadLetterView(): ReactElement {
  const { id } = useParams<{ id: string }>();
  useTitle('Dead letter');
  const asked = useQuery(deadLetter(id));
  return (
    <>
      <p className="crumbs">
        <Link href="/dead-letters">Dead letters</Link>
      </p>
      <Answered asked={asked} height={560}>
        {(letter) => <Letter letter={letter} />}
      </Answered>
    </>
  );
}

function Letter({ letter }: { letter: DeadLetterDetail }): ReactElement {
  const actions = useQuery(instance()).data?.actions ?? false;
  const { id, subject, reason, detail, session, redriven } = letter;
  return (
    <>
      <div className="heading">
        <h1>{subject || words(letter.type)}</h1>
        <LetterState redriven={redriven} />
        {actions ? (
          <ActionDialog<Action>
            label="Send again"
            title={`Send the message of ${subject} again`}
            path={['dead-letters', id, 'redrive']}
            body={() => ({})}
            done={({ outcome, detail: said }) => (
              <p>
                {outcome === 'done' ? 'The message was published to its topic again.' : 'It was refused.'} {said}
              </p>
            )}
            primary
          >
            <p>
              It goes to its topic <code>{letter.topic}</code> as it was, also to those that had handled it: they find
              their work done. Mend the cause first, or it comes back.
            </p>
          </ActionDialog>
        ) : null}
      </div>
      <p className="failed">
        <b>{words(reason)}</b> {detail}
      </p>
      <dl className="facts">
        <Fact name="Type">{letter.type}</Fact>
        {session === null ? null : (
          <Fact name="Run">
            <Link href={linkTo.run(session, subject)}>
              {subject} at {day(session)}
            </Link>
          </Fact>
        )}
        <Fact name="Published">{instant(letter.publishedAt)} UTC</Fact>
        <Fact name="Topic">
          <code>{letter.topic}</code>
        </Fact>
        <Fact name="Subscription">
          <code>{letter.subscription}</code>
        </Fact>
        <Fact name="Attempts">{count(letter.attempts)}</Fact>
        {letter.orderingKey === '' ? null : <Fact name="Ordering key">{letter.orderingKey}</Fact>}
        <Fact name="Cascade">
          <Hash value={letter.correlationId} length={64} />
        </Fact>
      </dl>
      <h2>Message</h2>
      <pre className="message" tabIndex={0} aria-label="The message">
        <code>{letter.text === null ? letter.data : pretty(letter.text)}</code>
      </pre>
      <h2>Attributes</h2>
      <Table
        caption="Attributes"
        rows={Object.entries(letter.attributes)}
        rowKey={([name]) => name}
        columns={[
          { id: 'name', header: 'Name', cell: ([name]) => <code>{name}</code> },
          { id: 'value', header: 'Value', cell: ([, value]) => <code className="wrap">{value}</code> },
        ]}
      />
    </>
  );
}

/** JSON with its structure to be seen; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
