import { type NestExpressApplication } from '@nestjs/platform-express';
import compression from 'compression';
import helmet from 'helmet';
import { existsSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { serveApiDescription } from './api/description';

/** Where `make web` puts the dashboard; from this file's place in the compiled tree, dist/apps/monitor/src. */
const DASHBOARD = resolve(__dirname, '../../../web');

const NOT_BUILT = `The dashboard is not built here: run \`make web\`, then load this page again.
The API is at /api, and its description at /api/docs.
`;

/** Paths that are not the dashboard's. */
const RESERVED = /^\/(api|health|metrics)(\/|$)/;

type Next = () => void;
type Request = IncomingMessage & { readonly path: string };
type Answer = ServerResponse & { sendFile(path: string): void };

/**
 * What the monitor serves beside health and metrics: the API with its description, and the dashboard's files.
 *
 * @param dashboard folder of the built dashboard; it may be built while the monitor runs
 */
export function serveHttp(app: NestExpressApplication, dashboard = DASHBOARD): void {
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          'default-src': ["'self'"],
          // No script but from files of ours. Styles are also set by scripts, as charts and the API's description do.
          'script-src': ["'self'"],
          'script-src-attr': ["'none'"],
          'style-src': ["'self'", "'unsafe-inline'"],
          'font-src': ["'self'"],
          'img-src': ["'self'", 'data:'],
          'connect-src': ["'self'"],
          'object-src': ["'none'"],
          'base-uri': ["'self'"],
          'form-action': ["'self'"],
          'frame-ancestors': ["'none'"],
          // Whoever serves it over TLS says so there; on this machine it is plain HTTP.
          'upgrade-insecure-requests': null,
        },
      },
    }),
  );
  app.use(compression({ filter: isWorthCompressing }));
  app.use((request: Request, answer: Answer, next: Next) => {
    // Asked for again each time, and answered by 304 where it is the same. No address names content for ever.
    if (request.path.startsWith('/api')) answer.setHeader('Cache-Control', 'no-cache');
    next();
  });
  app.useBodyParser('json', { limit: '16kb' });
  serveApiDescription(app);
  serveDashboard(app, dashboard);
}

/** An event must not wait for the next one in a buffer. */
function isWorthCompressing(request: IncomingMessage, answer: ServerResponse): boolean {
  const type = String(answer.getHeader('Content-Type') ?? '');
  return !type.startsWith('text/event-stream') && compression.filter(request, answer);
}

function serveDashboard(app: NestExpressApplication, folder: string): void {
  // Named by their content: Vite writes a hash into each name.
  app.useStaticAssets(join(folder, 'assets'), { prefix: '/assets', index: false, immutable: true, maxAge: '365d' });
  app.useStaticAssets(folder, {
    index: false,
    setHeaders: (answer) => (answer as unknown as Answer).setHeader('Cache-Control', 'no-cache'),
  });
  const page = join(folder, 'index.html');
  app.use((request: Request, answer: Answer, next: Next) => {
    const asksForPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!asksForPage || RESERVED.test(request.path) || request.path.startsWith('/assets/')) return next();
    answer.setHeader('Cache-Control', 'no-cache');
    if (existsSync(page)) return answer.sendFile(page);
    answer.statusCode = 404;
    answer.setHeader('Content-Type', 'text/plain; charset=utf-8');
    answer.end(NOT_BUILT);
  });
}
