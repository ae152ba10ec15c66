import { ServiceUnavailableException } from '@nestjs/common';
import { Registry } from 'prom-client';
import { HealthController } from '../src/health.controller';
import { Lifecycle } from '../src/lifecycle';
import { Readiness } from '../src/readiness';

describe('health', () => {
  let lifecycle: Lifecycle;
  let readiness: Readiness;
  let health: HealthController;
  beforeEach(() => {
    lifecycle = new Lifecycle();
    readiness = new Readiness();
    health = new HealthController(lifecycle, readiness, new Registry());
  });
  const refusal = (): unknown => {
    try {
      return health.ready();
    } catch (error) {
      expect(error).toBeInstanceOf(ServiceUnavailableException);
      return (error as ServiceUnavailableException).getResponse();
    }
  };

  it('is ready while it runs, and neither before nor when it drains', () => {
    expect(refusal()).toEqual({ state: 'STARTING', problems: [] });
    lifecycle.advance('RUNNING');
    expect(health.ready()).toEqual({ state: 'RUNNING' });
    lifecycle.advance('DRAINING');
    expect(refusal()).toEqual({ state: 'DRAINING', problems: [] });
  });

  it('is not ready while what it needs is away, says what, and is alive all the same', () => {
    let away: string | undefined = 'Pub/Sub has been lost for 45 s: monitor.forecast-made';
    lifecycle.advance('RUNNING');
    readiness.add(() => away);
    readiness.add(() => undefined);
    expect(refusal()).toEqual({ state: 'RUNNING', problems: [away] });
    expect(health.live()).toEqual({ state: 'RUNNING' });
    away = undefined;
    expect(health.ready()).toEqual({ state: 'RUNNING' });
  });
});
