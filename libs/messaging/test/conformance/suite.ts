import { cases } from './cases';
import { Project, type RunningServer, type ServerUnderTest } from './server';

/** Declares every case of the suite for a server; what the server lacks is skipped, with the reason in its title. */
export function suite(server: ServerUnderTest): void {
  describe(server.name, () => {
    let running: RunningServer;
    beforeAll(async () => {
      running = await server.start();
    }, 60_000);
    afterAll(() => running.stop(), 60_000);

    for (const { title, needs, limit, run } of cases) {
      const lacks = needs === undefined ? undefined : server.missing[needs];
      if (lacks !== undefined) {
        it.skip(`${title} [${server.name} ${lacks}]`, () => undefined);
        continue;
      }
      it(
        title,
        async () => {
          const project = new Project(running);
          try {
            await run(project);
          } finally {
            await project.close();
          }
        },
        limit ?? 30_000,
      );
    }
  });
}
