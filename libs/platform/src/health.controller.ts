import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Lifecycle, type LifecycleState } from './lifecycle';

/** What a kubelet and a Prometheus ask for. */
@Controller()
export class HealthController {
  constructor(
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(Registry) private readonly registry: Registry,
  ) {}

  /** Answers as long as the event loop turns. */
  @Get('health/live')
  live(): { state: LifecycleState } {
    return { state: this.lifecycle.state };
  }

  /** 200 while messages are taken, 503 before and after. */
  @Get('health/ready')
  ready(): { state: LifecycleState } {
    if (this.lifecycle.state !== 'RUNNING') throw new ServiceUnavailableException({ state: this.lifecycle.state });
    return { state: this.lifecycle.state };
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
