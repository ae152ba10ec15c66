import { canonicalJson, PermanentError } from '@closing-bell/contracts';
import { type Revision } from './revision';

/** Raised when a manifest or segment is written otherwise; all lower ones stay readable. */
const FORMAT = 1;

/** What JSON can say. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** What a snapshot is of. */
export type SeriesKind = 'bars' | 'features';

/** The rows of one calendar year, in a file of their own. */
export interface Segment {
  readonly year: string;
  readonly rows: number;
  readonly sha256: string;
}

/** A snapshot without its rows. Its canonical JSON is what the snapshot's identity is the SHA-256 of. */
export interface Manifest {
  readonly kind: SeriesKind;
  readonly symbol: string;
  /** Session at whose close the series was known; no row is later. */
  readonly session: string;
  readonly columns: readonly string[];
  readonly segments: readonly Segment[];
  readonly notes?: JsonValue;
  readonly revision?: Revision;
}

/** The manifest's bytes: a function of what it says alone, so that a replay writes the same. */
export function encodeManifest(manifest: Manifest): Buffer {
  const { notes, revision, ...always } = manifest;
  const content = {
    format: FORMAT,
    ...always,
    ...(notes === undefined ? {} : { notes }),
    ...(revision === undefined ? {} : { revision }),
  };
  return Buffer.from(canonicalJson(content));
}

/** Reads bytes whose hash was checked. Throws PermanentError `unknown-format` for those of a later release. */
export function decodeManifest(bytes: Buffer, uri: string): Manifest {
  const { format, ...manifest } = JSON.parse(bytes.toString('utf8')) as Manifest & { format: number };
  if (format === FORMAT) return manifest;
  throw new PermanentError(
    `The snapshot ${uri} has format ${format}, and this release reads format ${FORMAT}. Update Closing Bell.`,
    { reason: 'unknown-format', uri, format },
  );
}
