/**
 * What two services agree on for one kind of message: its name, version and payload class. The name is also the topic's;
 * the CloudEvents type carries the version, so that a reader can tell a newer message from a broken one.
 */
export interface Contract<T extends object = object> {
  readonly name: string;
  readonly version: number;
  /** CloudEvents type, `closing-bell.<name>.v<version>`. */
  readonly type: string;
  readonly payload: new () => T;
  /** What the message is about: the CloudEvents subject and the ordering key. */
  subject(data: T): string;
  readonly description: string;
}

const TYPE_PATTERN = /^closing-bell\.([a-z][a-z-]*)\.v(\d+)$/;

/** Makes a contract; its CloudEvents type is derived, so that name, version and type cannot disagree. */
export function defineContract<T extends object>(definition: Omit<Contract<T>, 'type'>): Contract<T> {
  return { ...definition, type: `closing-bell.${definition.name}.v${definition.version}` };
}

/** The name and version in a CloudEvents type of ours, or undefined for a foreign or malformed one. */
export function parseType(type: string): { name: string; version: number } | undefined {
  const match = TYPE_PATTERN.exec(type);
  if (!match?.[1]) return undefined;
  return { name: match[1], version: Number(match[2]) };
}
