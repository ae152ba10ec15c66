// A stream that came back says nothing; the client tries again every two seconds, and a connection that goes nowhere takes some twenty.
const QUIET_MILLISECONDS = 30_000;

/**
 * How long a stream has been lost. The client opens a broken stream again by itself and tells only of what fails, and Google ends
 * every stream now and then: so it is failures in a row that mean a loss, and silence that means it is over.
 */
export class StreamLoss {
  private since: number | undefined;
  private latest = 0;
  private closed = false;

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number) {}

  /** An attempt to open the stream failed, or it broke. */
  failed(): void {
    this.latest = this.now();
    this.since ??= this.latest;
  }

  /** The stream was given up; it is lost until it is opened again. */
  gone(): void {
    this.failed();
    this.closed = true;
  }

  opened(): void {
    this.closed = false;
    if (this.since !== undefined) this.latest = this.now();
  }

  /** A message came: nothing is lost. */
  delivered(): void {
    this.since = undefined;
    this.closed = false;
  }

  /** Milliseconds since the stream was lost; 0 where it is not. */
  get milliseconds(): number {
    if (this.since === undefined) return 0;
    if (!this.closed && this.now() - this.latest > QUIET_MILLISECONDS) {
      this.since = undefined;
      return 0;
    }
    // Silence after the last failure may already be the stream's return: it is not counted as loss.
    return (this.closed ? this.now() : this.latest) - this.since;
  }
}
