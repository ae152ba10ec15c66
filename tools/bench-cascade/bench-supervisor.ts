import { type Config } from '@closing-bell/platform';
import { Supervisor } from '../../apps/cli/src/supervisor/supervisor';

/** The five processes for a measurement: their log is not shown, but that one crashed is. */
export function benchSupervisor(config: Config, environment: NodeJS.ProcessEnv): Supervisor {
  return new Supervisor({
    config,
    environment,
    reporter: {
      line: () => undefined,
      crashed: (child, how) => console.error(`${child} ended with ${how}; the figures are no good`),
    },
  });
}
