import { stopRequests } from '@closing-bell/stop-request';
import { runService } from '@closing-bell/platform';
import { ingestorModule } from './ingestor.module';

void runService({ name: 'ingestor', module: ingestorModule }, stopRequests);
