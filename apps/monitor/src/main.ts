import { stopRequests } from '@closing-bell/stop-request';
import { runService } from '@closing-bell/platform';
import { serveHttp } from './http';
import { monitorModule } from './monitor.module';

void runService({ name: 'monitor', module: monitorModule, http: (app) => serveHttp(app) }, stopRequests);
