import { runService } from '@closing-bell/platform';
import { ingestorModule } from './ingestor.module';

void runService({ name: 'ingestor', module: ingestorModule });
