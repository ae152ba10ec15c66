import { type google } from '@google-cloud/pubsub/build/protos/protos';

type Seconds = google.protobuf.IDuration['seconds'];

const wholeSeconds = (seconds: Seconds): number => (seconds ? Number(seconds.toString()) : 0);

/** Duration or Timestamp → milliseconds, or undefined where the field is not set. */
export function milliseconds(value: google.protobuf.IDuration | null | undefined): number | undefined {
  if (!value) return undefined;
  return wholeSeconds(value.seconds) * 1000 + (value.nanos ?? 0) / 1e6;
}
