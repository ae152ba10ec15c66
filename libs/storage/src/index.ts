export { readHashed, sha256Of, writeHashed } from './content-addressed';
export { bucketResource, bucketSettings, CHECKPOINTS } from './gcs/bucket-resource';
export { keySegment } from './object-key';
export { type ObjectStore } from './object-store';
export { type ObjectStoreOptions, openObjectStore } from './open-object-store';
export { type Series } from './series/series';
export { type NewSnapshot, SeriesStore, type SnapshotReference } from './series/series-store';
export { StorageUnavailableError } from './storage-unavailable-error';
