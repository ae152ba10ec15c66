import { createHash } from 'node:crypto';
import { readHashed, sha256Of } from '../content-addressed';
import { keySegment } from '../object-key';
import { type ObjectStore } from '../object-store';
import {
  decodeManifest,
  encodeManifest,
  type JsonValue,
  type Manifest,
  type Segment,
  type SeriesKind,
} from './manifest';
import { RecentCache } from './recent-cache';
import { compareSeries, type Revision } from './revision';
import { decodeSegment, encodeSegment } from './segment-format';
import { checkSeries, joinSeries, rowsOf, type Series } from './series';

const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;
const REMEMBERED_SEGMENTS = 50_000;

/** Where a snapshot lies and what it says: all that a message carries of it. */
export interface SnapshotReference {
  readonly uri: string;
  /** Hex SHA-256 of the manifest, the identity of the snapshot. */
  readonly sha256: string;
}

/** Bars or features of a symbol, as known at the close of a session. */
export interface Snapshot {
  readonly kind: SeriesKind;
  readonly symbol: string;
  readonly session: string;
  readonly series: Series;
  /** What its maker has to say of it, such as repairs or the hash of the feature set. */
  readonly notes?: JsonValue;
  /** Present where the past is not what the snapshot it was compared with said. */
  readonly revision?: Revision;
}

/** A snapshot to be saved. */
export interface NewSnapshot extends Omit<Snapshot, 'revision'> {
  /**
   * The snapshot that this one's past is compared with. It must follow from the session, never from what happens to be
   * stored, or a replay could not give the same bytes.
   */
  readonly previous?: SnapshotReference;
}

/**
 * Immutable snapshots of series in an object store. A snapshot is a manifest, canonical JSON whose SHA-256 is its identity,
 * and a Parquet segment for each calendar year, named by its own SHA-256: years that did not change are the same objects in
 * every snapshot, and one more session writes the segment of its year and the manifest.
 *
 *     series/{bars|features}/{symbol}/segments/{year}-{sha256}.parquet
 *     series/{bars|features}/{symbol}/snapshots/{session}-{sha256}.json
 */
export class SeriesStore {
  /** Rows of segments, by the SHA-256 of their file. */
  private readonly loaded: RecentCache<Series>;
  /** Segments that this process knows to be stored, by a hash of their rows. */
  private readonly stored = new RecentCache<Segment>(REMEMBERED_SEGMENTS, () => 1);

  constructor(
    private readonly objects: ObjectStore,
    cacheBytes = DEFAULT_CACHE_BYTES,
  ) {
    this.loaded = new RecentCache(cacheBytes, bytesOf);
  }

  /**
   * Stores a snapshot; the same one again changes nothing. Where `previous` is given and tells the rows up to its session
   * otherwise, the manifest names it and what changed; an unchanged past leaves no trace, so that the identity is that of the
   * content wherever a replay began. Throws PermanentError `invalid-series` for rows that are unsorted or later than the session,
   * and for `previous` as {@link load} does.
   */
  async save({ previous, ...snapshot }: NewSnapshot): Promise<SnapshotReference> {
    const { content, parts } = await this.storeContent(snapshot);
    const revision = previous === undefined ? undefined : await this.revisionSince(previous, content, parts);
    return this.storeManifest(content, revision);
  }

  /**
   * Stores a snapshot as the successor of the session before, for whoever follows the sessions one by one. If this session already
   * has a snapshot that says the same, that one is it. Where the session before has several, from before and after a
   * revision, one that agrees is compared with: a revision is noted once, where it was first seen.
   */
  async saveAfter(
    previousSession: string,
    snapshot: Omit<NewSnapshot, 'previous'>,
  ): Promise<{ readonly reference: SnapshotReference; readonly revised: boolean }> {
    const { kind, symbol, session } = snapshot;
    const { content, parts } = await this.storeContent(snapshot);
    for (const reference of await this.find(kind, symbol, session)) {
      const { revision, ...stored } = await this.manifestOf(reference);
      if (encodeManifest(stored).equals(encodeManifest(content))) return { reference, revised: revision !== undefined };
    }
    let revision: Revision | undefined;
    for (const previous of await this.find(kind, symbol, previousSession)) {
      const since = await this.revisionSince(previous, content, parts);
      revision ??= since;
      if (since === undefined) {
        revision = undefined;
        break;
      }
    }
    return { reference: await this.storeManifest(content, revision), revised: revision !== undefined };
  }

  /**
   * Reads a snapshot, whose arrays the caller may change. Throws PermanentError: `missing-object` where the manifest or a segment
   * is not there, `corrupt-object` where its bytes are not those that were saved, each naming the object's `uri`.
   */
  async load(reference: SnapshotReference): Promise<Snapshot> {
    const { segments, columns, ...described } = await this.manifestOf(reference);
    const { kind, symbol } = described;
    const parts = await Promise.all(segments.map((segment) => this.loadSegment(kind, symbol, segment)));
    return { ...described, series: joinSeries(parts, columns) };
  }

  /** The snapshots of a symbol as of one session, by hash: one, or more where a vendor's answer or the feature set changed. */
  async find(kind: SeriesKind, symbol: string, session: string): Promise<SnapshotReference[]> {
    const prefix = `${snapshotsOf(kind, symbol)}${session}-`;
    const found: SnapshotReference[] = [];
    for await (const key of this.objects.list(prefix)) {
      found.push({ uri: this.objects.uri(key), sha256: key.slice(prefix.length, -'.json'.length) });
    }
    return found;
  }

  /** Writes the segments; what the manifest will say, a revision aside, and the rows by year. */
  private async storeContent(
    snapshot: Omit<NewSnapshot, 'previous'>,
  ): Promise<{ content: Manifest; parts: readonly Series[] }> {
    const { kind, symbol, session, series, notes } = snapshot;
    checkSeries(series, session);
    const parts = yearsOf(series);
    const segments = await Promise.all(parts.map((part) => this.storeSegment(kind, symbol, part)));
    const columns = Object.keys(series.columns);
    return { content: { kind, symbol, session, columns, segments, ...(notes === undefined ? {} : { notes }) }, parts };
  }

  private async storeManifest(content: Manifest, revision: Revision | undefined): Promise<SnapshotReference> {
    const bytes = encodeManifest(revision === undefined ? content : { ...content, revision });
    const sha256 = sha256Of(bytes);
    const key = `${snapshotsOf(content.kind, content.symbol)}${content.session}-${sha256}.json`;
    await this.objects.createIfAbsent(key, bytes);
    return { uri: this.objects.uri(key), sha256 };
  }

  private async manifestOf({ uri, sha256 }: SnapshotReference): Promise<Manifest> {
    return decodeManifest(await this.readChecked(this.objects.keyOf(uri), sha256), uri);
  }

  private async storeSegment(kind: SeriesKind, symbol: string, part: Series): Promise<Segment> {
    const fingerprint = fingerprintOf(kind, symbol, part);
    const known = this.stored.get(fingerprint);
    if (known !== undefined) return known;

    const bytes = encodeSegment(part);
    const segment = { year: yearOf(part.sessions[0]), rows: part.sessions.length, sha256: sha256Of(bytes) };
    await this.objects.createIfAbsent(segmentKey(kind, symbol, segment), bytes);
    this.loaded.set(segment.sha256, part);
    this.stored.set(fingerprint, segment);
    return segment;
  }

  private async loadSegment(kind: SeriesKind, symbol: string, segment: Segment): Promise<Series> {
    const cached = this.loaded.get(segment.sha256);
    if (cached !== undefined) return cached;
    const part = await decodeSegment(await this.readChecked(segmentKey(kind, symbol, segment), segment.sha256));
    this.loaded.set(segment.sha256, part);
    return part;
  }

  private readChecked(key: string, sha256: string): Promise<Buffer> {
    return readHashed(this.objects, { uri: this.objects.uri(key), sha256 });
  }

  private async revisionSince(
    reference: SnapshotReference,
    content: Manifest,
    parts: readonly Series[],
  ): Promise<Revision | undefined> {
    const before = await this.manifestOf(reference);
    if (before.kind !== content.kind || before.symbol !== content.symbol || before.session > content.session) {
      throw new Error(
        `${content.kind} of ${content.symbol} as of ${content.session} cannot be compared with ${before.kind} of ${before.symbol} as of ${before.session}.`,
      );
    }
    // Only years with another hash can differ; the last one nearly always has, by its new row.
    const kept = new Set(content.segments.map(({ sha256 }) => sha256));
    const was = new Set(before.segments.map(({ sha256 }) => sha256));
    const oldParts = before.segments.filter(({ sha256 }) => !kept.has(sha256));
    const old = await Promise.all(oldParts.map((segment) => this.loadSegment(before.kind, before.symbol, segment)));
    const changed = parts.filter((_, index) => !was.has(content.segments[index]?.sha256 ?? ''));
    const differences = {
      ...compareSeries(joinSeries(old, before.columns), joinSeries(changed, content.columns), before.session),
      addedColumns: content.columns.filter((name) => !before.columns.includes(name)),
      removedColumns: before.columns.filter((name) => !content.columns.includes(name)),
    };
    const same = Object.values(differences).every((list) => list.length === 0);
    return same ? undefined : { previous: reference.sha256, previousSession: before.session, ...differences };
  }
}

const folderOf = (kind: SeriesKind, symbol: string): string => `series/${kind}/${keySegment(symbol)}/`;
const snapshotsOf = (kind: SeriesKind, symbol: string): string => `${folderOf(kind, symbol)}snapshots/`;
const segmentKey = (kind: SeriesKind, symbol: string, { year, sha256 }: Segment): string =>
  `${folderOf(kind, symbol)}segments/${year}-${sha256}.parquet`;
const bytesOf = ({ sessions, columns }: Series): number => 8 * sessions.length * (Object.keys(columns).length + 4);
const yearOf = (session = ''): string => session.slice(0, 4);

function yearsOf(series: Series): Series[] {
  const starts = series.sessions.flatMap((session, index) =>
    yearOf(session) === yearOf(series.sessions[index - 1]) ? [] : [index],
  );
  return starts.map((start, year) => rowsOf(series, start, starts[year + 1] ?? series.sessions.length));
}

function fingerprintOf(kind: SeriesKind, symbol: string, part: Series): string {
  const hash = createHash('sha256').update(JSON.stringify([kind, symbol, part.sessions, Object.keys(part.columns)]));
  for (const column of Object.values(part.columns)) hash.update(column);
  return hash.digest('hex');
}
