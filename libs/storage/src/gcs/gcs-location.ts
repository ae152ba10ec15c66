import { isKey } from '../object-key';

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** Where the objects of a store lie in Cloud Storage. */
export interface GcsLocation {
  readonly bucket: string;
  /** Begins the names of all objects: '' or segments that each end with '/'. */
  readonly prefix: string;
}

/** The location that `gs://bucket` or `gs://bucket/prefix` names. Throws for anything else. */
export function gcsLocation(url: string): GcsLocation {
  const [, bucket = '', path = ''] = /^gs:\/\/([^/]*)(?:\/(.*))?$/is.exec(url) ?? [];
  const prefix = path.replace(/\/$/, '');
  if (!BUCKET.test(bucket) || (prefix !== '' && !isKey(prefix))) {
    throw new Error(`'${url}' names no bucket, or no prefix that could be part of a key. Write gs://bucket/prefix.`);
  }
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}
