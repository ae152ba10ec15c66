import { type NetworkShape } from '../network';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint, type FitState } from './checkpoint';
import { type Checkpoints } from './fit';

/** Decides when the state of one fit is worth keeping, and keeps it. */
export class CheckpointKeeper {
  /** The latest state that is not kept. */
  private unsaved: FitState | undefined;
  private savedAt: number;
  /** Whether an earlier state is kept, which a later one should take the place of. */
  private hasEarlier = false;

  /**
   * fit: its identity; engine: its description; now: monotonic milliseconds.
   */
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly fit: string,
    private readonly engine: string,
    private readonly now: () => number,
  ) {
    this.savedAt = now();
  }

  /** The state to go on from, where one is kept that fits. */
  async load(shape: NetworkShape): Promise<FitState | undefined> {
    const bytes = await this.checkpoints.load(this.fit);
    if (bytes === undefined) return undefined;
    this.hasEarlier = true;
    try {
      const state = decodeCheckpoint(bytes, this.fit, this.engine, shape);
      this.checkpoints.resumed(this.fit, state.reports.length);
      return state;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      this.checkpoints.ignored(this.fit, error.message);
      return undefined;
    }
  }

  /** Takes note of the state after an epoch, and keeps it if the last time was long enough ago. */
  async epochEnded(state: FitState): Promise<void> {
    this.unsaved = state;
    if (this.now() - this.savedAt >= this.checkpoints.everyMilliseconds) await this.save();
  }

  /** The fit is done: its last state takes the place of an earlier one, for what follows the fit may be cut short, too. */
  async done(): Promise<void> {
    if (this.hasEarlier) await this.save();
  }

  /** The fit ends early: its last state is kept however young it is. */
  async aborted(): Promise<void> {
    await this.save();
  }

  private async save(): Promise<void> {
    const state = this.unsaved;
    if (state === undefined) return;
    this.unsaved = undefined;
    this.savedAt = this.now();
    this.hasEarlier = true;
    await this.checkpoints.save(this.fit, encodeCheckpoint(this.fit, this.engine, state));
  }
}
