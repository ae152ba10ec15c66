import { StreamLoss } from '../src/stream-loss';

describe('StreamLoss', () => {
  let now: number;
  let loss: StreamLoss;
  beforeEach(() => {
    now = 1_000_000;
    loss = new StreamLoss(() => now);
  });
  const failEvery = (milliseconds: number, times: number): void => {
    for (let time = 0; time < times; time++) {
      now += milliseconds;
      loss.failed();
    }
  };

  it('is none where nothing failed, and none to speak of where a stream is renewed', () => {
    expect(loss.milliseconds).toBe(0);
    loss.failed();
    now += 25_000;
    expect(loss.milliseconds).toBe(0);
  });

  it('grows while attempts fail one after another', () => {
    failEvery(2000, 31);
    expect(loss.milliseconds).toBe(60_000);
  });

  it('is over with the first message', () => {
    failEvery(2000, 31);
    loss.delivered();
    expect(loss.milliseconds).toBe(0);
  });

  it('is over when nothing has failed for half a minute', () => {
    failEvery(2000, 31);
    now += 30_001;
    expect(loss.milliseconds).toBe(0);
    failEvery(2000, 2);
    expect(loss.milliseconds).toBe(2000);
  });

  it('grows while a stream that was given up is not opened, however quiet that is', () => {
    loss.gone();
    now += 120_000;
    expect(loss.milliseconds).toBe(120_000);
    loss.opened();
    now += 30_001;
    expect(loss.milliseconds).toBe(0);
  });
});
