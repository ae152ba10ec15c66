import { stopRequests } from '@closing-bell/stop-request';
import { runService } from '@closing-bell/platform';
import { predictorModule } from './predictor.module';

void runService({ name: 'predictor', module: predictorModule }, stopRequests);
