import { RESERVED_PREFIX } from '../message/limits';
import { invalidArgument } from '../status-error';

/** What a subscription's topic reads once it was deleted. */
export const DELETED_TOPIC = '_deleted-topic_';

const RESOURCE_ID = /^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

/** @throws StatusError INVALID_ARGUMENT unless it is `projects/{project}/topics/{id}` with an id that Google allows. */
export const requireTopicName = (name: string): void => requireName('topics', name);

/** @throws StatusError INVALID_ARGUMENT unless it is `projects/{project}/subscriptions/{id}` with an id that Google allows. */
export const requireSubscriptionName = (name: string): void => requireName('subscriptions', name);

function requireName(collection: 'topics' | 'subscriptions', name: string): void {
  const [projects, project, collectionFound, id, ...rest] = name.split('/');
  const isWellFormed =
    projects === 'projects' && project && collectionFound === collection && id !== undefined && rest.length === 0;
  if (!isWellFormed) throw invalidArgument(`Name "${name}" is not of the form projects/{project}/${collection}/{id}.`);
  if (!RESOURCE_ID.test(id) || id.startsWith(RESERVED_PREFIX)) {
    throw invalidArgument(
      `Id "${id}" must be 3–255 letters, digits or -_.~+%, start with a letter and not with "${RESERVED_PREFIX}".`,
    );
  }
}

/** Project and id of a resource name. */
export function splitName(name: string): { project: string; id: string } {
  const [, project = '', , id = ''] = name.split('/');
  return { project, id };
}

interface Page<T> {
  readonly items: readonly T[];
  /** '' on the last page. */
  readonly nextPageToken: string;
}

const LARGEST_PAGE = 1000;
const DEFAULT_PAGE = 100;

/**
 * One page of items in the order of their names. A token is the name of the last item seen, so that pages stay right while
 * items come and go.
 *
 * @throws StatusError INVALID_ARGUMENT for a negative page size.
 */
export function page<T>(items: Iterable<T>, nameOf: (item: T) => string, pageSize: number, pageToken: string): Page<T> {
  if (pageSize < 0) throw invalidArgument(`A page size of ${pageSize} is negative.`);
  const after = Buffer.from(pageToken, 'base64url').toString();
  const rest = [...items].filter((item) => nameOf(item) > after).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const onPage = rest.slice(0, Math.min(pageSize || DEFAULT_PAGE, LARGEST_PAGE));
  const last = onPage.at(-1);
  const nextPageToken = last && onPage.length < rest.length ? Buffer.from(nameOf(last)).toString('base64url') : '';
  return { items: onPage, nextPageToken };
}
