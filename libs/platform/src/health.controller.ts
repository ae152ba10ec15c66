import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Lifecycle, type LifecycleState } from './lifecycle';
import { Readiness } from './readiness';

/** What a kubelet and a Prometheus ask for. */
@Controller()
export class HealthController {
  constructor(
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Registry) private readonly registry: Registry,
  ) {}

  /** Answers as long as the event loop turns, whatever is away: a restart would mend nothing. */
  @Get('health/live')
  live(): { state: LifecycleState } {
    return { state: this.lifecycle.state };
  }

  /** 200 while messages are taken, 503 before and after and while what the service needs has been away for long; the body says why. */
  @Get('health/ready')
  ready(): { state: LifecycleState } {
    const { state } = this.lifecycle;
    const { problems } = this.readiness;
    if (state !== 'RUNNING' || problems.length > 0) throw new ServiceUnavailableException({ state, problems });
    return { state };
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
